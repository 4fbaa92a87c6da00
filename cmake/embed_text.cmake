# Turns INPUT into a C++ source, OUTPUT, with one function that HEADER declares: NAMESPACE::FUNCTION(). In pieces below
# the longest literal compilers take. See embed_text() in rooms.cmake.
file(READ ${INPUT} text)
string(LENGTH "${text}" length)
set(source "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nstd::string_view ${FUNCTION}() {\n  return\n")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND source "R\"embedded(${piece})embedded\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
string(APPEND source ";\n}\n\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${source}")

# Puts the files below FOLDER one after the other into OUTPUT: for each a line "\\x1eNAME", then its text. See
# catalogs/shipped.h.
file(GLOB_RECURSE names RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT names)
string(ASCII 30 mark)
set(bundle "")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name} text)
  string(APPEND bundle "${mark}${name}\n${text}")
endforeach()
file(WRITE ${OUTPUT} "${bundle}")

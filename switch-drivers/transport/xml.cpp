#include "switch-drivers/transport/xml.h"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <mutex>
#include <optional>

namespace switchyard::switch_drivers {

namespace {

struct DocumentDeleter {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};

struct ContextDeleter {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};

using Document = std::unique_ptr<xmlDoc, DocumentDeleter>;
using Context = std::unique_ptr<xmlParserCtxt, ContextDeleter>;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view{}
                         : std::string_view(reinterpret_cast<const char*>(text));
}

class Copier {
 public:
  // Recursion is as deep as kDeepestXml at most.
  Status copy(const xmlNode* from, XmlElement& to, int depth) {
    if (depth > kDeepestXml)
      return failure(Errc::Rejected, fmt::format("XML is deeper than {} elements", kDeepestXml));
    if (++nodes_ > kMostXmlNodes)
      return failure(Errc::Rejected, fmt::format("XML has more than {} elements", kMostXmlNodes));
    to.name = view(from->name);
    if (from->ns != nullptr) to.space = view(from->ns->href);
    for (const xmlAttr* attribute = from->properties; attribute != nullptr;
         attribute = attribute->next) {
      const xmlNode* value = attribute->children;
      to.attributes.emplace_back(view(attribute->name),
                                 value == nullptr ? "" : view(value->content));
    }
    for (const xmlNode* node = from->children; node != nullptr; node = node->next) {
      if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
        to.text += view(node->content);
      if (node->type == XML_ENTITY_REF_NODE)
        return failure(Errc::Rejected, "XML has an entity reference");
      if (node->type != XML_ELEMENT_NODE) continue;
      if (auto status = copy(node, to.children.emplace_back(), depth + 1); !status) return status;
    }
    return {};
  }

 private:
  std::size_t nodes_{};
};

std::string first_complaint(xmlParserCtxt* context) {
  const xmlError* error = xmlCtxtGetLastError(context);
  if (error == nullptr || error->message == nullptr) return "not well-formed";
  // Its first line: the second shows the bytes.
  const std::string_view message = trimmed(error->message);
  return fmt::format("line {}: {}", error->line, message.substr(0, message.find('\n')));
}

}  // namespace

const XmlElement* XmlElement::child(std::string_view child_name) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const XmlElement& one) { return one.name == child_name; });
  return found == children.end() ? nullptr : &*found;
}

std::string XmlElement::child_text(std::string_view child_name) const {
  const XmlElement* found = child(child_name);
  return found == nullptr ? std::string{} : std::string{trimmed(found->text)};
}

std::string XmlElement::attribute(std::string_view attribute_name) const {
  for (const auto& [key, value] : attributes)
    if (key == attribute_name) return value;
  return {};
}

// The encoding is ours to say (RFC 6241, 3), so a document type cannot hide in another one.
Result<XmlElement> parse_xml(std::string_view text) {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  if (text.find("<!DOCTYPE") != std::string_view::npos) {
    return failure(Errc::Rejected, "XML has a document type, which NETCONF forbids");
  }
  if (text.size() > INT_MAX) return failure(Errc::Rejected, "XML is too large");
  const Context context{xmlNewParserCtxt()};
  if (!context) return failure(Errc::Unavailable, "libxml2 has no memory for a parser");
  const Document document{
      xmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()), nullptr, "UTF-8",
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                            XML_PARSE_NOCDATA | XML_PARSE_COMPACT)};
  if (!document) return failure(Errc::Rejected, "XML: " + first_complaint(context.get()));
  const xmlNode* root = xmlDocGetRootElement(document.get());
  if (root == nullptr || document->intSubset != nullptr)
    return failure(Errc::Rejected, "XML has no element, or a document type");
  XmlElement element;
  if (auto status = Copier{}.copy(root, element, 1); !status) return tl::unexpected(status.error());
  return element;
}

std::string escape_xml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    if (is_control) continue;
    switch (c) {
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '&': escaped += "&amp;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&apos;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace switchyard::switch_drivers

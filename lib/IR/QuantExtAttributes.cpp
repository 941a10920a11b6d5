//===- QuantExtAttributes.cpp - quant_ext attributes ----------------------===//

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::quant_ext;

#include "QuantExt/IR/QuantExtEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "QuantExt/IR/QuantExtAttributes.cpp.inc"

void QuantExtDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "QuantExt/IR/QuantExtAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// StorageAttr
//===----------------------------------------------------------------------===//

static constexpr unsigned kMinWidth = 2;
static constexpr unsigned kMaxWidth = 16;
static constexpr unsigned kAccumulatorWidth = 32;

int64_t StorageAttr::getDefaultMin(unsigned width, bool isSigned) {
  return isSigned ? -(int64_t(1) << (width - 1)) : 0;
}

int64_t StorageAttr::getDefaultMax(unsigned width, bool isSigned) {
  return (int64_t(1) << (isSigned ? width - 1 : width)) - 1;
}

StorageAttr StorageAttr::get(MLIRContext *context, unsigned width,
                             bool isSigned) {
  return get(context, IntegerType::get(context, width), isSigned,
             getDefaultMin(width, isSigned), getDefaultMax(width, isSigned));
}

/// Signedness, and the bound of the numbers; of the exponents, for powers of
/// two.
static std::pair<bool, int64_t> getFloatRange(numerics::SmallFloat kind) {
  numerics::SmallFloatFormat format = numerics::getFormat(kind);
  if (kind == numerics::SmallFloat::F8E8M0FNU)
    return {false, format.bias};
  return {true, format.largest};
}

StorageAttr StorageAttr::getFloat(Type type) {
  std::optional<numerics::SmallFloat> kind = getSmallFloat(type);
  if (!kind)
    return {};
  auto [isSigned, largest] = getFloatRange(*kind);
  return get(type.getContext(), type, isSigned, -largest, largest);
}

bool StorageAttr::isNarrow() const {
  if (isFloat())
    return false;
  return getMin() != getDefaultMin(getWidth(), getIsSigned()) ||
         getMax() != getDefaultMax(getWidth(), getIsSigned());
}

/// All parts as text, one behind the other.
template <typename... Parts>
static std::string join(const Parts &...parts) {
  std::string text;
  llvm::raw_string_ostream os(text);
  (os << ... << parts);
  return text;
}

/// A float storage has one form for each type.
static std::string findFloatFault(Type type, bool isSigned, int64_t min,
                                  int64_t max) {
  std::optional<numerics::SmallFloat> kind = getSmallFloat(type);
  if (!kind)
    return join("storage of floats must be f8E4M3FN, f8E4M3FNUZ, "
                "f8E5M2, f8E5M2FNUZ, f4E2M1FN or f8E8M0FNU, found ",
                type);
  auto [hasSign, largest] = getFloatRange(*kind);
  if (isSigned != hasSign || min != -largest || max != largest)
    return join("storage ", type, " must be ",
                (hasSign ? "signed" : "unsigned"), " and have the range ",
                -largest, ":", largest, ", found ", min, ":", max);
  return "";
}

std::string StorageAttr::findFault(Type elementType, bool isSigned, int64_t min,
                                   int64_t max) {
  if (isa<FloatType>(elementType))
    return findFloatFault(elementType, isSigned, min, max);
  auto integerType = dyn_cast<IntegerType>(elementType);
  if (!integerType)
    return join("storage element type must be an integer or a float, found ",
                elementType);
  unsigned width = integerType.getWidth();
  if (!integerType.isSignless())
    return join("storage element type must be signless, found ", elementType);
  if ((width < kMinWidth || width > kMaxWidth) && width != kAccumulatorWidth)
    return join("storage width must be ", kMinWidth, " to ", kMaxWidth, ", or ",
                kAccumulatorWidth, ", found ", width);
  if (width == kAccumulatorWidth && !isSigned)
    return "storage of 32 bits must be signed, found u32";
  int64_t lowest = getDefaultMin(width, isSigned);
  int64_t highest = getDefaultMax(width, isSigned);
  if (min < lowest || max > highest)
    return join("storage range must lie within ", lowest, ":", highest,
                ", found ", min, ":", max);
  if (min >= max)
    return join("storage range must not be empty, found ", min, ":", max);
  if (max <= 0)
    return join("storage maximum must be positive, found ", max);
  if (width == kAccumulatorWidth && (min != lowest || max != highest))
    return join("storage i32 must have its full range, found ", min, ":", max);
  return "";
}

LogicalResult StorageAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  Type elementType, bool isSigned, int64_t min,
                                  int64_t max) {
  std::string fault = findFault(elementType, isSigned, min, max);
  if (fault.empty())
    return success();
  return emitError() << fault;
}

StorageAttr StorageAttr::getIfValid(Type elementType, bool isSigned,
                                    int64_t min, int64_t max) {
  if (!findFault(elementType, isSigned, min, max).empty())
    return {};
  return get(elementType.getContext(), elementType, isSigned, min, max);
}

/// Splits `i8` or `u4` into signedness and width.
static std::optional<std::pair<bool, unsigned>> parseWidth(StringRef text) {
  unsigned width;
  if (text.size() < 2 || (text[0] != 'i' && text[0] != 'u') ||
      !llvm::isDigit(text[1]) || text[1] == '0' ||
      text.drop_front().getAsInteger(10, width) || width > kAccumulatorWidth)
    return std::nullopt;
  return std::make_pair(text[0] == 'i', width);
}

/// The float storage of that name; null where there is none.
static StorageAttr parseFloat(MLIRContext *context, StringRef text) {
  for (Type type : std::initializer_list<Type>{
           Float8E4M3FNType::get(context), Float8E4M3FNUZType::get(context),
           Float8E5M2Type::get(context), Float8E5M2FNUZType::get(context),
           Float4E2M1FNType::get(context), Float8E8M0FNUType::get(context)})
    if (StorageAttr storage = StorageAttr::getFloat(type);
        storage.str() == text)
      return storage;
  return {};
}

Attribute StorageAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseLess())
    return {};
  SMLoc widthLoc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return {};
  if (StorageAttr storage = parseFloat(parser.getContext(), keyword)) {
    if (parser.parseGreater())
      return {};
    return storage;
  }
  auto width = parseWidth(keyword);
  if (!width) {
    parser.emitError(widthLoc)
        << "storage must be 'i' or 'u' and a width, such as i8, or a float "
           "type, such as f8E4M3FN, found '"
        << keyword << "'";
    return {};
  }
  auto [isSigned, bits] = *width;
  int64_t min = getDefaultMin(bits, isSigned);
  int64_t max = getDefaultMax(bits, isSigned);
  if (succeeded(parser.parseOptionalLess()))
    if (parser.parseInteger(min) || parser.parseColon() ||
        parser.parseInteger(max) || parser.parseGreater())
      return {};
  if (parser.parseGreater())
    return {};
  Type type = IntegerType::get(parser.getContext(), bits);
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    type, isSigned, min, max);
}

void StorageAttr::print(AsmPrinter &printer) const {
  printer << "<" << str() << ">";
}

std::string StorageAttr::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (isFloat()) {
    os << getElementType();
    return text;
  }
  os << (getIsSigned() ? "i" : "u") << getWidth();
  if (isNarrow())
    os << "<" << getMin() << ":" << getMax() << ">";
  return text;
}

//===- Dialect.cpp - C API of the quant_ext dialect -----------------------===//

#include "QuantExt-c/Dialect.h"

#include "QuantExt/IR/QuantExt.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace mlir::quant_ext;

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(QuantExt, quant_ext, QuantExtDialect)

//===----------------------------------------------------------------------===//
// StorageAttr
//===----------------------------------------------------------------------===//

static StorageAttr toStorage(MlirAttribute attr) {
  return cast<StorageAttr>(unwrap(attr));
}

bool quantExtAttributeIsAStorage(MlirAttribute attr) {
  return isa<StorageAttr>(unwrap(attr));
}

MlirAttribute quantExtStorageAttrGet(MlirLocation location, unsigned width,
                                     bool isSigned) {
  // Of widths that are none, the verifier speaks of the element type.
  bool hasRange = width >= 1 && width <= 32;
  return quantExtStorageAttrGetWithRange(
      location, width, isSigned,
      hasRange ? StorageAttr::getDefaultMin(width, isSigned) : 0,
      hasRange ? StorageAttr::getDefaultMax(width, isSigned) : 1);
}

MlirAttribute quantExtStorageAttrGetWithRange(MlirLocation location,
                                              unsigned width, bool isSigned,
                                              int64_t min, int64_t max) {
  Location loc = unwrap(location);
  MLIRContext *context = loc.getContext();
  context->getOrLoadDialect<QuantExtDialect>();
  if (width < 1 || width > IntegerType::kMaxWidth) {
    emitError(loc) << "storage width must be 2 to 16, or 32 signed, found "
                   << width;
    return wrap(Attribute());
  }
  return wrap(Attribute(StorageAttr::getChecked(
      [&] { return emitError(loc); }, context,
      Type(IntegerType::get(context, width)), isSigned, min, max)));
}

MlirAttribute quantExtStorageAttrGetFloat(MlirType type) {
  unwrap(type).getContext()->getOrLoadDialect<QuantExtDialect>();
  return wrap(Attribute(StorageAttr::getFloat(unwrap(type))));
}

MlirType quantExtStorageAttrGetElementType(MlirAttribute attr) {
  return wrap(toStorage(attr).getElementType());
}

unsigned quantExtStorageAttrGetWidth(MlirAttribute attr) {
  return toStorage(attr).getWidth();
}

bool quantExtStorageAttrIsSigned(MlirAttribute attr) {
  return toStorage(attr).getIsSigned();
}

bool quantExtStorageAttrIsFloat(MlirAttribute attr) {
  return toStorage(attr).isFloat();
}

int64_t quantExtStorageAttrGetMin(MlirAttribute attr) {
  return toStorage(attr).getMin();
}

int64_t quantExtStorageAttrGetMax(MlirAttribute attr) {
  return toStorage(attr).getMax();
}

MlirTypeID quantExtStorageAttrGetTypeID(void) {
  return wrap(StorageAttr::getTypeID());
}

//===----------------------------------------------------------------------===//
// RoundingAttr
//===----------------------------------------------------------------------===//

/// Whether an enumerator of C and one of C++ are the same number.
template <typename CEnum, typename Enum>
static constexpr bool isSame(CEnum lhs, Enum rhs) {
  return static_cast<uint32_t>(lhs) == static_cast<uint32_t>(rhs);
}

static_assert(isSame(QuantExtRoundingHalfEven, Rounding::HalfEven) &&
              isSame(QuantExtRoundingHalfAway, Rounding::HalfAway) &&
              isSame(QuantExtRoundingTowardZero, Rounding::TowardZero) &&
              isSame(QuantExtRoundingStochastic, Rounding::Stochastic));

bool quantExtAttributeIsARounding(MlirAttribute attr) {
  return isa<RoundingAttr>(unwrap(attr));
}

MlirAttribute quantExtRoundingAttrGet(MlirContext context,
                                      QuantExtRounding value) {
  unwrap(context)->getOrLoadDialect<QuantExtDialect>();
  return wrap(Attribute(
      RoundingAttr::get(unwrap(context), static_cast<Rounding>(value))));
}

QuantExtRounding quantExtRoundingAttrGetValue(MlirAttribute attr) {
  return static_cast<QuantExtRounding>(
      cast<RoundingAttr>(unwrap(attr)).getValue());
}

MlirTypeID quantExtRoundingAttrGetTypeID(void) {
  return wrap(RoundingAttr::getTypeID());
}

//===----------------------------------------------------------------------===//
// DivisionAttr
//===----------------------------------------------------------------------===//

static_assert(isSame(QuantExtDivisionExact, Division::Exact) &&
              isSame(QuantExtDivisionReciprocal, Division::Reciprocal));

bool quantExtAttributeIsADivision(MlirAttribute attr) {
  return isa<DivisionAttr>(unwrap(attr));
}

MlirAttribute quantExtDivisionAttrGet(MlirContext context,
                                      QuantExtDivision value) {
  unwrap(context)->getOrLoadDialect<QuantExtDialect>();
  return wrap(Attribute(
      DivisionAttr::get(unwrap(context), static_cast<Division>(value))));
}

QuantExtDivision quantExtDivisionAttrGetValue(MlirAttribute attr) {
  return static_cast<QuantExtDivision>(
      cast<DivisionAttr>(unwrap(attr)).getValue());
}

MlirTypeID quantExtDivisionAttrGetTypeID(void) {
  return wrap(DivisionAttr::getTypeID());
}

//===----------------------------------------------------------------------===//
// FixedPointRoundingAttr
//===----------------------------------------------------------------------===//

static_assert(isSame(QuantExtFixedPointRoundingSingleRound,
                     FixedPointRounding::SingleRound) &&
              isSame(QuantExtFixedPointRoundingDoubleRound,
                     FixedPointRounding::DoubleRound));

bool quantExtAttributeIsAFixedPointRounding(MlirAttribute attr) {
  return isa<FixedPointRoundingAttr>(unwrap(attr));
}

MlirAttribute
quantExtFixedPointRoundingAttrGet(MlirContext context,
                                  QuantExtFixedPointRounding value) {
  unwrap(context)->getOrLoadDialect<QuantExtDialect>();
  return wrap(Attribute(FixedPointRoundingAttr::get(
      unwrap(context), static_cast<FixedPointRounding>(value))));
}

QuantExtFixedPointRounding
quantExtFixedPointRoundingAttrGetValue(MlirAttribute attr) {
  return static_cast<QuantExtFixedPointRounding>(
      cast<FixedPointRoundingAttr>(unwrap(attr)).getValue());
}

MlirTypeID quantExtFixedPointRoundingAttrGetTypeID(void) {
  return wrap(FixedPointRoundingAttr::getTypeID());
}

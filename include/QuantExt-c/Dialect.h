/*===- QuantExt-c/Dialect.h - C API of the quant_ext dialect ------*- C -*-===*\
|*
|* The dialect handle, and attributes. Operations are made by name, with
|* mlirOperationCreate. Their descriptions are in QuantExt/IR/QuantExtOps.td.
|*
\*===----------------------------------------------------------------------===*/

#ifndef QUANTEXT_C_DIALECT_H
#define QUANTEXT_C_DIALECT_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(QuantExt, quant_ext);

/*===----------------------------------------------------------------------===*\
|* #quant_ext.storage
\*===----------------------------------------------------------------------===*/

/** Whether `attr` is a #quant_ext.storage. */
MLIR_CAPI_EXPORTED bool quantExtAttributeIsAStorage(MlirAttribute attr);

/** Integers of `width` bits, 2 to 16 or (signed) 32, with the whole range that
 *  these hold: quantExtStorageAttrGet(location, 8, true) is
 *  #quant_ext.storage<i8>. Of another width, a null attribute and a diagnostic
 *  at `location`. */
MLIR_CAPI_EXPORTED MlirAttribute quantExtStorageAttrGet(MlirLocation location,
                                                        unsigned width,
                                                        bool isSigned);

/** The same with the range [min, max]: (location, 8, true, -127, 127) is
 *  #quant_ext.storage<i8<-127:127>>. Of a range that is empty, or that the
 * width does not hold, or with a maximum that is not positive, a null attribute
 * and a diagnostic. */
MLIR_CAPI_EXPORTED MlirAttribute
quantExtStorageAttrGetWithRange(MlirLocation location, unsigned width,
                                bool isSigned, int64_t min, int64_t max);

/** The storage of floats of `type`, one of f8E4M3FN, f8E4M3FNUZ, f8E5M2,
 *  f8E5M2FNUZ, f4E2M1FN and f8E8M0FNU; a null attribute of another type. */
MLIR_CAPI_EXPORTED MlirAttribute quantExtStorageAttrGetFloat(MlirType type);

/** The element type of tensors in this storage: iN, or the float type. */
MLIR_CAPI_EXPORTED MlirType
quantExtStorageAttrGetElementType(MlirAttribute attr);

/** Bits of an element. */
MLIR_CAPI_EXPORTED unsigned quantExtStorageAttrGetWidth(MlirAttribute attr);

MLIR_CAPI_EXPORTED bool quantExtStorageAttrIsSigned(MlirAttribute attr);
MLIR_CAPI_EXPORTED bool quantExtStorageAttrIsFloat(MlirAttribute attr);

/** The least and the greatest number. */
MLIR_CAPI_EXPORTED int64_t quantExtStorageAttrGetMin(MlirAttribute attr);
MLIR_CAPI_EXPORTED int64_t quantExtStorageAttrGetMax(MlirAttribute attr);

MLIR_CAPI_EXPORTED MlirTypeID quantExtStorageAttrGetTypeID(void);

/*===----------------------------------------------------------------------===*\
|* #quant_ext<rounding>
\*===----------------------------------------------------------------------===*/

/** How a quotient becomes an integer. */
typedef enum QuantExtRounding {
  QuantExtRoundingHalfEven = 0,
  QuantExtRoundingHalfAway = 1,
  QuantExtRoundingTowardZero = 2,
  QuantExtRoundingStochastic = 3
} QuantExtRounding;

MLIR_CAPI_EXPORTED bool quantExtAttributeIsARounding(MlirAttribute attr);
MLIR_CAPI_EXPORTED MlirAttribute
quantExtRoundingAttrGet(MlirContext context, QuantExtRounding value);
MLIR_CAPI_EXPORTED QuantExtRounding
quantExtRoundingAttrGetValue(MlirAttribute attr);
MLIR_CAPI_EXPORTED MlirTypeID quantExtRoundingAttrGetTypeID(void);

/*===----------------------------------------------------------------------===*\
|* #quant_ext<division>
\*===----------------------------------------------------------------------===*/

/** How a value is divided by its scale. */
typedef enum QuantExtDivision {
  QuantExtDivisionExact = 0,
  QuantExtDivisionReciprocal = 1
} QuantExtDivision;

MLIR_CAPI_EXPORTED bool quantExtAttributeIsADivision(MlirAttribute attr);
MLIR_CAPI_EXPORTED MlirAttribute
quantExtDivisionAttrGet(MlirContext context, QuantExtDivision value);
MLIR_CAPI_EXPORTED QuantExtDivision
quantExtDivisionAttrGetValue(MlirAttribute attr);
MLIR_CAPI_EXPORTED MlirTypeID quantExtDivisionAttrGetTypeID(void);

/*===----------------------------------------------------------------------===*\
|* #quant_ext<rounding_mode>
\*===----------------------------------------------------------------------===*/

/** How a product with a fixed-point multiplier is shifted. */
typedef enum QuantExtFixedPointRounding {
  QuantExtFixedPointRoundingSingleRound = 0,
  QuantExtFixedPointRoundingDoubleRound = 1
} QuantExtFixedPointRounding;

MLIR_CAPI_EXPORTED bool
quantExtAttributeIsAFixedPointRounding(MlirAttribute attr);
MLIR_CAPI_EXPORTED MlirAttribute quantExtFixedPointRoundingAttrGet(
    MlirContext context, QuantExtFixedPointRounding value);
MLIR_CAPI_EXPORTED QuantExtFixedPointRounding
quantExtFixedPointRoundingAttrGetValue(MlirAttribute attr);
MLIR_CAPI_EXPORTED MlirTypeID quantExtFixedPointRoundingAttrGetTypeID(void);

#ifdef __cplusplus
}
#endif

#endif /* QUANTEXT_C_DIALECT_H */

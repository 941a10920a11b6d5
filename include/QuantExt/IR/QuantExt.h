//===- QuantExt.h - The quant_ext dialect -----------------------*- C++ -*-===//
//
// Dialect, attributes and operations. The descriptions are in the .td files.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_IR_QUANTEXT_H
#define QUANTEXT_IR_QUANTEXT_H

#include "QuantExt/IR/Granularity.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferIntRangeInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Interfaces/VectorInterfaces.h"

#include "QuantExt/IR/QuantExtDialect.h.inc"
#include "QuantExt/IR/QuantExtEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "QuantExt/IR/QuantExtAttributes.h.inc"

#define GET_OP_CLASSES
#include "QuantExt/IR/QuantExtOps.h.inc"

#endif // QUANTEXT_IR_QUANTEXT_H

//===- Remarks.h - What passes say of operations ----------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_REMARKS_H
#define QUANTEXT_LIB_TRANSFORMS_REMARKS_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Remarks.h"

#include <string>

namespace mlir::quant_ext {

/// The name and category of a remark, and the function that `op` is in.
remark::RemarkOpts getRemarkOpts(StringRef name, StringRef category,
                                 Operation *op);

/// The remark `left-in-float`: nothing became of `op`, and why.
void remarkLeftInFloat(Operation *op, StringRef category, StringRef reason);

/// `is a block argument` or `comes from 'arith.negf'`, for reasons.
std::string describeProducer(Value value);

/// `operand #1`, for reasons.
std::string describeOperand(OpOperand &operand);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_REMARKS_H

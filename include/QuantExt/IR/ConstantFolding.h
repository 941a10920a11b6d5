//===- ConstantFolding.h - Evaluating operations on constants ---*- C++ -*-===//

#ifndef QUANTEXT_IR_CONSTANTFOLDING_H
#define QUANTEXT_IR_CONSTANTFOLDING_H

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/QuantExt.h"

namespace mlir::quant_ext {

/// Whether evaluation may take and make `dense_resource` constants. Making one
/// leaves a blob in the context, which a speculative fold must not do.
enum class ResourceUse { Refuse, Allow };

/// Evaluates one of the five operations on tensors. `operands` has an attribute
/// for each operand of `op`. Where one of the operands is a resource, quantized
/// and dequantized values become resources, under a key derived from the
/// input's key and the parameters; scales and zero points are always dense.
///
/// Fails, without a diagnostic, where an operand is not constant, a parameter
/// is not fit to compute with (see findScaleProblem), or a result type is not
/// static.
///
/// Example: `evaluateConstants(quantizeOp, {weights, scale},
/// ResourceUse::Refuse, results)`.
LogicalResult evaluateConstants(Operation *op, ArrayRef<Attribute> operands,
                                ResourceUse resources,
                                SmallVectorImpl<Attribute> &results);

/// The constant operands of `op`; fails where one is not constant.
FailureOr<SmallVector<Attribute>> getConstantOperands(Operation *op);

/// The elements of a constant; none of a value that is none, or null, or whose
/// elements cannot be read.
std::optional<ConstantData> readConstant(Value value);

/// Whether both are the same value, equal constants, or null.
bool haveSameValue(Value a, Value b);

/// The elements of a constant scale. Of one that is quantized itself, a
/// dequantize of constants, its value, though canonicalization keeps the
/// operation. Null where the scale is not constant.
Attribute getConstantScale(Value scale);

/// A quantize of the input of `choose` by the parameters that `choose` gives,
/// which evaluateChosen can evaluate together with it; null where there is
/// none.
QuantizeOp findQuantizeOfChosen(ChooseQParamsOp choose);

/// Evaluates both for a constant input, at one go: the results of `choose`,
/// then that of `quantize`, are what evaluateConstants gives for one after the
/// other.
LogicalResult evaluateChosen(ChooseQParamsOp choose, QuantizeOp quantize,
                             Attribute input,
                             SmallVectorImpl<Attribute> &results);

/// Adds the patterns by which `canonicalize` folds choose_qparams, quantize and
/// requantize where resources are among the operands.
template <typename OpT>
void populateResourceFoldingPatterns(RewritePatternSet &patterns);

/// The input of `dequantize`, where `quantize(dequantize(q))` is the identity
/// for every q: same storage of at most 16 bits at its full range, same
/// parameters, exact division, and an intermediate format and scale under which
/// no step can lose q. Null otherwise.
Value findQuantizeDequantizeIdentity(QuantizeOp op, Attribute scale);

} // namespace mlir::quant_ext

#endif // QUANTEXT_IR_CONSTANTFOLDING_H

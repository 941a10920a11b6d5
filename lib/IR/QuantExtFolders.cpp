//===- QuantExtFolders.cpp - Folding of constants -------------------------===//

#include "QuantExt/IR/QuantExt.h"

using namespace mlir;
using namespace mlir::quant_ext;

LogicalResult ChooseQParamsOp::fold(FoldAdaptor,
                                    SmallVectorImpl<OpFoldResult> &) {
  return failure();
}
OpFoldResult QuantizeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult RequantizeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ApplyQuantizeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ApplyDequantizeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ApplyRequantizeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ApplyMultiplierOp::fold(FoldAdaptor) { return {}; }
LogicalResult ApplyChooseQParamsOp::fold(FoldAdaptor,
                                         SmallVectorImpl<OpFoldResult> &) {
  return failure();
}
void ChooseQParamsOp::getCanonicalizationPatterns(RewritePatternSet &,
                                                  MLIRContext *) {}
void QuantizeOp::getCanonicalizationPatterns(RewritePatternSet &,
                                             MLIRContext *) {}
void RequantizeOp::getCanonicalizationPatterns(RewritePatternSet &,
                                               MLIRContext *) {}

//===- ChooseQParams.h - choose_qparams to linalg ---------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_CHOOSEQPARAMS_H
#define QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_CHOOSEQPARAMS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

void populateChooseQParamsToLinalgPatterns(RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_CHOOSEQPARAMS_H

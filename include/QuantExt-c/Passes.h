/*===- QuantExt-c/Passes.h - C API of passes and pipelines --------*- C -*-===*\
|*
|* Passes and pipelines are run by their textual form, which
mlirParsePassPipeline
|* and mlirOpPassManagerAddPipeline of mlir-c/Pass.h take once they are
|* registered:
|*
|*   quantExtRegisterAllPasses();
|*   mlirOpPassManagerAddPipeline(
|*       mlirPassManagerGetAsOpPassManager(manager),
|*       mlirStringRefCreateFromCString(
|*           "quant-ext-quantize-weights{granularity=per-axis},canonicalize,"
|*           "quant-ext-to-llvm{target=x86-64-v3}"),
|*       appendError, &message);
|*
\*===----------------------------------------------------------------------===*/

#ifndef QUANTEXT_C_PASSES_H
#define QUANTEXT_C_PASSES_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Adds the quant_ext dialect and what its passes need beside upstream's
 *  dialects, which mlirRegisterAllDialects adds. */
MLIR_CAPI_EXPORTED void
quantExtRegisterAllDialects(MlirDialectRegistry registry);

/** Registers every pass and pipeline of quant_ext under the name that tools
 * use, in this process. More calls do nothing. */
MLIR_CAPI_EXPORTED void quantExtRegisterAllPasses(void);

#ifdef __cplusplus
}
#endif

#endif /* QUANTEXT_C_PASSES_H */

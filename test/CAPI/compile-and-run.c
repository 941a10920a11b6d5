/* A compiler in C: text in, native code out, run in the same process.
 *
 * RUN: %capi-clang %s -o %t
 * RUN: %t 2>&1 | FileCheck %s
 */

#include "QuantExt-c/Passes.h"

#include "mlir-c/ExecutionEngine.h"
#include "mlir-c/Pass.h"
#include "mlir-c/RegisterEverything.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Ties go to the even integer: 0.25 / 0.5 = 0.5 to 0, 0.75 / 0.5 = 1.5 to 2. What
 * is beyond the range saturates, NaN is the lowest. */
static const char text[] =
    "func.func @quantize(%x: tensor<6xf32>) -> tensor<6xi8> {\n"
    "  %s = arith.constant dense<0.5> : tensor<f32>\n"
    "  %q = quant_ext.quantize %x, %s storage = <i8>\n"
    "      : (tensor<6xf32>, tensor<f32>) -> tensor<6xi8>\n"
    "  return %q : tensor<6xi8>\n"
    "}\n";

/* What a memref of rank 1 is passed as. */
struct Descriptor {
  void *allocated, *aligned;
  int64_t offset, size, stride;
};

static void append(MlirStringRef message, void *unused) {
  (void)unused;
  fwrite(message.data, 1, message.length, stdout);
}

static MlirStringRef ref(const char *string) {
  return mlirStringRefCreateFromCString(string);
}

static int addPipeline(MlirPassManager manager, const char *pipeline) {
  return mlirLogicalResultIsSuccess(mlirOpPassManagerAddPipeline(
      mlirPassManagerGetAsOpPassManager(manager), ref(pipeline), append, NULL));
}

int main(void) {
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirRegisterAllDialects(registry);
  quantExtRegisterAllDialects(registry);
  MlirContext context = mlirContextCreateWithRegistry(registry, true);
  mlirRegisterAllLLVMTranslations(context);
  quantExtRegisterAllPasses();
  // Once is enough, and twice does no harm.
  quantExtRegisterAllPasses();

  // CHECK: does not refer to a registered pass
  MlirPassManager manager = mlirPassManagerCreate(context);
  // CHECK: added: 0
  printf("added: %d\n", addPipeline(manager, "quant-ext-to-lvm"));
  // CHECK: added: 1
  printf("added: %d\n",
         addPipeline(manager, "quant-ext-to-llvm{target=native emit-c-interface "
                              "results-to-out-params}"));

  MlirModule module = mlirModuleCreateParse(context, ref(text));
  if (mlirModuleIsNull(module))
    return 1;
  // CHECK-NEXT: lowered: 1
  printf("lowered: %d\n",
         mlirLogicalResultIsSuccess(mlirPassManagerRunOnOp(
             manager, mlirModuleGetOperation(module))));

  MlirExecutionEngine engine = mlirExecutionEngineCreate(
      module, /*optLevel=*/2, /*numPaths=*/0, /*sharedLibPaths=*/NULL,
      /*enableObjectDump=*/false, /*enablePIC=*/false);
  if (mlirExecutionEngineIsNull(engine))
    return 1;
  float *x = aligned_alloc(64, 64);
  int8_t *q = aligned_alloc(64, 64);
  const float values[] = {0.25f, 0.75f, -0.25f, 1000.0f, -INFINITY, NAN};
  for (int i = 0; i < 6; ++i)
    x[i] = values[i];
  struct Descriptor in = {x, x, 0, 6, 1}, out = {q, q, 0, 6, 1};
  void *inPointer = &in, *outPointer = &out;
  void *arguments[] = {&inPointer, &outPointer};
  // CHECK-NEXT: ran: 1
  printf("ran: %d\n", mlirLogicalResultIsSuccess(mlirExecutionEngineInvokePacked(
                          engine, ref("quantize"), arguments)));
  // CHECK-NEXT: 0 2 0 127 -128 -128
  for (int i = 0; i < 6; ++i)
    printf("%d%s", q[i], i < 5 ? " " : "\n");

  free(x);
  free(q);
  mlirExecutionEngineDestroy(engine);
  mlirModuleDestroy(module);
  mlirPassManagerDestroy(manager);
  mlirContextDestroy(context);
  mlirDialectRegistryDestroy(registry);
  return 0;
}

/* Several contexts at once, on threads of their own: all compile to the same text.
 * (Pass managers of one context are run one at a time, as everywhere in MLIR.)
 *
 * RUN: %capi-clang %s -o %t
 * RUN: %t 2>&1 | FileCheck %s
 * CHECK: 8 threads, 6 modules each, of 1 text
 */

#include "QuantExt-c/Passes.h"

#include "mlir-c/Pass.h"
#include "mlir-c/RegisterEverything.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8,
       MODULES = 6 };

/* Constants fold, a product becomes integer, and rows are split over threads. */
static const char text[] =
    "func.func @f(%x: tensor<64x256xf32>) -> tensor<64x32xf32> {\n"
    "  %w = arith.constant dense<0.25> : tensor<256x32xf32>\n"
    "  %e = tensor.empty() : tensor<64x32xf32>\n"
    "  %zero = arith.constant 0.0 : f32\n"
    "  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<64x32xf32>) -> tensor<64x32xf32>\n"
    "  %y = linalg.matmul ins(%x, %w : tensor<64x256xf32>, tensor<256x32xf32>)\n"
    "      outs(%z : tensor<64x32xf32>) -> tensor<64x32xf32>\n"
    "  return %y : tensor<64x32xf32>\n"
    "}\n";

static const char pipeline[] =
    "builtin.module(quant-ext-quantize-dynamic,quant-ext-to-llvm{target=x86-64-v3})";

struct Text {
  char *data;
  size_t size;
};

static void append(MlirStringRef part, void *data) {
  struct Text *all = data;
  all->data = realloc(all->data, all->size + part.length + 1);
  memcpy(all->data + all->size, part.data, part.length);
  all->size += part.length;
  all->data[all->size] = 0;
}

static MlirContext makeContext(void) {
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirRegisterAllDialects(registry);
  quantExtRegisterAllDialects(registry);
  MlirContext context = mlirContextCreateWithRegistry(registry, true);
  mlirDialectRegistryDestroy(registry);
  return context;
}

static struct Text compile(MlirContext context) {
  struct Text result = {NULL, 0};
  MlirModule module = mlirModuleCreateParse(
      context, mlirStringRefCreateFromCString(text));
  MlirPassManager manager = mlirPassManagerCreate(context);
  if (mlirLogicalResultIsSuccess(mlirParsePassPipeline(
          mlirPassManagerGetAsOpPassManager(manager),
          mlirStringRefCreateFromCString(pipeline), append, &result)) &&
      mlirLogicalResultIsSuccess(mlirPassManagerRunOnOp(
          manager, mlirModuleGetOperation(module))))
    mlirOperationPrint(mlirModuleGetOperation(module), append, &result);
  mlirPassManagerDestroy(manager);
  mlirModuleDestroy(module);
  return result;
}

struct Work {
  struct Text results[MODULES];
};

static void *run(void *data) {
  struct Work *work = data;
  quantExtRegisterAllPasses();
  for (int i = 0; i < MODULES; ++i) {
    MlirContext own = makeContext();
    work->results[i] = compile(own);
    mlirContextDestroy(own);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  struct Work works[THREADS];
  for (int i = 0; i < THREADS; ++i) {
    pthread_create(&threads[i], NULL, run, &works[i]);
  }
  int texts = 0;
  const char *first = NULL;
  for (int i = 0; i < THREADS; ++i) {
    pthread_join(threads[i], NULL);
    for (int j = 0; j < MODULES; ++j) {
      const char *result = works[i].results[j].data;
      if (!result || !strstr(result, "llvm.func @f("))
        return printf("not compiled: %s\n", result ? result : "nothing"), 1;
      if (!first || strcmp(first, result))
        ++texts;
      if (!first)
        first = result;
    }
  }
  printf("%d threads, %d modules each, of %d text\n", THREADS, MODULES, texts);
  return 0;
}

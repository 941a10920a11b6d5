/* Attributes of the dialect from C: what is made is what was asked for, and what
 * is not valid is a null attribute and a message.
 *
 * RUN: %capi-clang %s -o %t
 * RUN: %t 2>&1 | FileCheck %s
 */

#include "QuantExt-c/Dialect.h"

#include "mlir-c/BuiltinTypes.h"
#include "mlir-c/Diagnostics.h"

#include <inttypes.h>
#include <stdio.h>

static void print(MlirStringRef text, void *unused) {
  (void)unused;
  fwrite(text.data, 1, text.length, stdout);
}

static MlirLogicalResult printDiagnostic(MlirDiagnostic diagnostic,
                                         void *unused) {
  printf("message: ");
  mlirDiagnosticPrint(diagnostic, print, unused);
  printf("\n");
  return mlirLogicalResultSuccess();
}

static void describe(MlirAttribute storage) {
  if (mlirAttributeIsNull(storage)) {
    printf("null\n");
    return;
  }
  mlirAttributePrint(storage, print, NULL);
  printf(" of ");
  mlirTypePrint(quantExtStorageAttrGetElementType(storage), print, NULL);
  printf(": %u bits, signed %d, float %d, %" PRId64 " to %" PRId64 "\n",
         quantExtStorageAttrGetWidth(storage),
         quantExtStorageAttrIsSigned(storage),
         quantExtStorageAttrIsFloat(storage),
         quantExtStorageAttrGetMin(storage), quantExtStorageAttrGetMax(storage));
}

static void testHandle(MlirContext context) {
  // CHECK: namespace: quant_ext
  MlirDialectHandle handle = mlirGetDialectHandle__quant_ext__();
  printf("namespace: ");
  print(mlirDialectHandleGetNamespace(handle), NULL);
  printf("\n");
  mlirDialectHandleLoadDialect(handle, context);
}

static void testStorages(MlirContext context) {
  MlirLocation location = mlirLocationUnknownGet(context);
  // CHECK: #quant_ext.storage<i8> of i8: 8 bits, signed 1, float 0, -128 to 127
  describe(quantExtStorageAttrGet(location, 8, true));
  // CHECK: #quant_ext.storage<u4> of i4: 4 bits, signed 0, float 0, 0 to 15
  describe(quantExtStorageAttrGet(location, 4, false));
  // CHECK: #quant_ext.storage<i32> of i32: 32 bits, signed 1, float 0, -2147483648 to 2147483647
  describe(quantExtStorageAttrGet(location, 32, true));
  // CHECK: #quant_ext.storage<i8<-127:127>> of i8: 8 bits, signed 1, float 0, -127 to 127
  describe(quantExtStorageAttrGetWithRange(location, 8, true, -127, 127));
  // CHECK: #quant_ext.storage<f8E4M3FN> of f8E4M3FN: 8 bits, signed 1, float 1, -448 to 448
  describe(quantExtStorageAttrGetFloat(mlirFloat8E4M3FNTypeGet(context)));

  // CHECK: message: {{.*}}must{{.*}}found{{.*}}17
  // CHECK-NEXT: null
  describe(quantExtStorageAttrGet(location, 17, true));
  // CHECK: message: {{.*}}must{{.*}}found{{.*}}0
  // CHECK-NEXT: null
  describe(quantExtStorageAttrGet(location, 0, true));
  // CHECK: message: {{.*}}must{{.*}}found
  // CHECK-NEXT: null
  describe(quantExtStorageAttrGet(location, 4000000000u, true));
  // CHECK: message: {{.*}}must{{.*}}found{{.*}}-129
  // CHECK-NEXT: null
  describe(quantExtStorageAttrGetWithRange(location, 8, true, -129, 127));
  // CHECK-NEXT: null
  describe(quantExtStorageAttrGetFloat(mlirF32TypeGet(context)));
}

static void testEnumerations(MlirContext context) {
  MlirAttribute rounding =
      quantExtRoundingAttrGet(context, QuantExtRoundingHalfAway);
  MlirAttribute division =
      quantExtDivisionAttrGet(context, QuantExtDivisionReciprocal);
  MlirAttribute shift = quantExtFixedPointRoundingAttrGet(
      context, QuantExtFixedPointRoundingDoubleRound);
  // CHECK: #quant_ext<rounding half_away> #quant_ext<division reciprocal> #quant_ext<rounding_mode double_round>
  mlirAttributePrint(rounding, print, NULL);
  printf(" ");
  mlirAttributePrint(division, print, NULL);
  printf(" ");
  mlirAttributePrint(shift, print, NULL);
  // CHECK-NEXT: values: 1 1 1
  printf("\nvalues: %d %d %d\n", quantExtRoundingAttrGetValue(rounding),
         quantExtDivisionAttrGetValue(division),
         quantExtFixedPointRoundingAttrGetValue(shift));
  // CHECK-NEXT: is a: 1 1 1 1, is not: 0 0 0 0
  MlirAttribute storage =
      quantExtStorageAttrGet(mlirLocationUnknownGet(context), 8, true);
  printf("is a: %d %d %d %d, is not: %d %d %d %d\n",
         quantExtAttributeIsARounding(rounding),
         quantExtAttributeIsADivision(division),
         quantExtAttributeIsAFixedPointRounding(shift),
         quantExtAttributeIsAStorage(storage),
         quantExtAttributeIsARounding(division),
         quantExtAttributeIsADivision(shift),
         quantExtAttributeIsAFixedPointRounding(storage),
         quantExtAttributeIsAStorage(rounding));
  // CHECK-NEXT: type ids: 1 1 1 1
  printf("type ids: %d %d %d %d\n",
         mlirTypeIDEqual(mlirAttributeGetTypeID(rounding),
                         quantExtRoundingAttrGetTypeID()),
         mlirTypeIDEqual(mlirAttributeGetTypeID(division),
                         quantExtDivisionAttrGetTypeID()),
         mlirTypeIDEqual(mlirAttributeGetTypeID(shift),
                         quantExtFixedPointRoundingAttrGetTypeID()),
         mlirTypeIDEqual(mlirAttributeGetTypeID(storage),
                         quantExtStorageAttrGetTypeID()));
}

int main(void) {
  MlirContext context = mlirContextCreate();
  mlirContextAttachDiagnosticHandler(context, printDiagnostic, NULL, NULL);
  testHandle(context);
  testStorages(context);
  testEnumerations(context);
  mlirContextDestroy(context);
  return 0;
}

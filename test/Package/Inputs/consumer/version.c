#include <QuantExt-c/Dialect.h>

#include <stdio.h>

int main(void) {
  MlirStringRef name =
      mlirDialectHandleGetNamespace(mlirGetDialectHandle__quant_ext__());
  printf("dialect %.*s\n", (int)name.length, name.data);
  return 0;
}

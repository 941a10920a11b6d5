// RUN: %quant-opt %s -verify-diagnostics --pass-pipeline='builtin.module(builtin.module(quant-ext-drop-unused-resources))'

module {
  // expected-error@+1 {{must be the outermost module to drop resources, found one inside 'builtin.module'}}
  module {
  }
}

//===- HostCaches.h - The caches of this machine ----------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_HOSTCACHES_H
#define QUANTEXT_LIB_CPU_HOSTCACHES_H

#include "QuantExt/CPU/Target.h"

namespace mlir::quant_ext {

/// The caches of the machine that the compiler runs on; those of `fallback`
/// that the system does not tell.
CacheSizes readHostCaches(const CacheSizes &fallback);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_HOSTCACHES_H

//===- HostCaches.cpp - The caches of this machine ------------------------===//

#include "HostCaches.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <string>

#ifdef __unix__
#include <unistd.h>
#endif

using namespace mlir;
using namespace mlir::quant_ext;

static std::string readLine(const llvm::Twine &path) {
  auto buffer = llvm::MemoryBuffer::getFileAsStream(path);
  return buffer ? (*buffer)->getBuffer().trim().str() : std::string();
}

/// `48K` is 49152. 0 if it is no size.
static int64_t parseSize(StringRef text) {
  int64_t unit = 1;
  if (text.consume_back("K"))
    unit = 1 << 10;
  else if (text.consume_back("M"))
    unit = 1 << 20;
  int64_t count = 0;
  if (text.getAsInteger(10, count) || count <= 0)
    return 0;
  return count * unit;
}

/// What Linux says of the first core. 0 where it says nothing.
static int64_t readFromLinux(int level) {
  constexpr int kMostCaches = 8;
  for (int i = 0; i < kMostCaches; ++i) {
    std::string cache =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    if (readLine(cache + "level") == std::to_string(level) &&
        readLine(cache + "type") != "Instruction")
      return parseSize(readLine(cache + "size"));
  }
  return 0;
}

/// What the C library says. Asked last: of the third level it gives what the
/// whole socket has, although a core reaches only that of its neighbours.
static int64_t readFromLibrary(int level) {
#ifdef _SC_LEVEL1_DCACHE_SIZE
  int names[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE,
                 _SC_LEVEL3_CACHE_SIZE};
  return std::max<int64_t>(sysconf(names[level - 1]), 0);
#else
  (void)level;
  return 0;
#endif
}

static int64_t readHostCache(int level, int64_t fallback) {
  if (int64_t size = readFromLinux(level))
    return size;
  if (int64_t size = readFromLibrary(level))
    return size;
  return fallback;
}

CacheSizes quant_ext::readHostCaches(const CacheSizes &fallback) {
  CacheSizes sizes;
  sizes.l1 = readHostCache(1, fallback.l1);
  sizes.l2 = readHostCache(2, std::max(fallback.l2, sizes.l1));
  // A machine may have no third level, but has a last one.
  sizes.l3 = std::max(readHostCache(3, sizes.l2), sizes.l2);
  return sizes;
}

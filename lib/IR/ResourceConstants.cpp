//===- ResourceConstants.cpp - Making resource constants ------------------===//

#include "QuantExt/IR/ResourceConstants.h"

#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemAlloc.h"
#include "llvm/Support/xxhash.h"

#include <cstring>
#include <optional>

#ifdef __linux__
#include <sys/mman.h>
#endif

using namespace mlir;
using namespace mlir::quant_ext;

AsmResourceBlob quant_ext::allocateBlob(size_t size) {
  // What the blob promises: files carry it, and readers refuse a resource that
  // a mapped file cannot place as promised, on pages of 4 KiB.
  constexpr size_t kPromisedAlignment = 64;
  constexpr size_t kHugePage = size_t(2) << 20;
  size_t alignment = size < kHugePage ? kPromisedAlignment : kHugePage;
  auto *data = static_cast<char *>(llvm::allocate_buffer(size, alignment));
#ifdef __linux__
  // Only advice: memory is as good without it, and slower to touch first.
  if (alignment == kHugePage)
    (void)madvise(data, size, MADV_HUGEPAGE);
#endif
  auto deallocate = [alignment](void *data, size_t size, size_t) {
    llvm::deallocate_buffer(data, size, alignment);
  };
  return AsmResourceBlob(ArrayRef<char>(data, size), kPromisedAlignment,
                         deallocate, /*dataIsMutable=*/true);
}

/// A handle on `key`, or nothing where the key holds other bytes; only then is
/// `blob` still there.
static std::optional<DenseResourceElementsHandle>
shareOrInsert(MLIRContext *context, StringRef key, AsmResourceBlob &blob) {
  auto &interface = DenseResourceElementsHandle::getManagerInterface(context);
  DialectResourceBlobManager &manager = interface.getBlobManager();
  auto findSame = [&]() -> std::optional<DenseResourceElementsHandle> {
    auto *entry = manager.lookup(key);
    if (!entry->getBlob() || entry->getBlob()->getData() != blob.getData())
      return std::nullopt;
    return DenseResourceElementsHandle(
        entry, context->getLoadedDialect<BuiltinDialect>());
  };
  if (manager.lookup(key))
    return findSame();

  DenseResourceElementsHandle handle = interface.insert(key, std::move(blob));
  if (handle.getKey() == key)
    return handle;
  // Another thread was faster: take ours back from the name it was given.
  blob = std::move(*handle.getBlob());
  interface.update(handle.getKey(), AsmResourceBlob());
  return findSame();
}

DenseResourceElementsAttr quant_ext::getResourceConstant(ShapedType type,
                                                         StringRef key,
                                                         AsmResourceBlob blob) {
  MLIRContext *context = type.getContext();
  if (auto handle = shareOrInsert(context, key, blob))
    return DenseResourceElementsAttr::get(type, *handle);
  // A number behind the key, as the manager gives it, would depend on which
  // thread comes first.
  ArrayRef<char> raw = blob.getData();
  uint64_t hash = llvm::xxh3_64bits(StringRef(raw.data(), raw.size()));
  std::string longer =
      (key + "_" + llvm::utohexstr(hash, /*LowerCase=*/true)).str();
  if (auto handle = shareOrInsert(context, longer, blob))
    return DenseResourceElementsAttr::get(type, *handle);
  auto &interface = DenseResourceElementsHandle::getManagerInterface(context);
  return DenseResourceElementsAttr::get(
      type, interface.insert(longer, std::move(blob)));
}

DenseResourceElementsAttr quant_ext::getResourceConstant(ShapedType type,
                                                         StringRef key,
                                                         ArrayRef<char> raw) {
  AsmResourceBlob blob = allocateBlob(raw.size());
  std::memcpy(blob.getMutableData().data(), raw.data(), raw.size());
  return getResourceConstant(type, key, std::move(blob));
}

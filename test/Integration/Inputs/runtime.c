// What compiled modules call, and libmlir_c_runner_utils has for the host
// alone: built for the target that a test compiles for.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void printString(const char *text) { fputs(text, stdout); }

void printI64(int64_t value) { printf("%" PRId64, value); }

void printNewline(void) { putchar('\n'); }

// A module's main has no result, which an exit status would be. Linked with
// --wrap=main.
void __real_main(void);

int __wrap_main(void) {
  __real_main();
  return 0;
}

// A descriptor of a memref: its sizes are followed by as many strides.
struct MemRef {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t sizes[];
};

struct UnrankedMemRef {
  int64_t rank;
  struct MemRef *descriptor;
};

static void copyFrom(int64_t dim, int64_t rank, int64_t elementSize,
                     const struct MemRef *source, const char *from,
                     const struct MemRef *target, char *to) {
  if (dim == rank) {
    memcpy(to, from, elementSize);
    return;
  }
  for (int64_t i = 0; i < source->sizes[dim]; ++i) {
    copyFrom(dim + 1, rank, elementSize, source, from, target, to);
    from += source->sizes[rank + dim] * elementSize;
    to += target->sizes[rank + dim] * elementSize;
  }
}

void memrefCopy(int64_t elementSize, const struct UnrankedMemRef *source,
                const struct UnrankedMemRef *target) {
  const struct MemRef *from = source->descriptor, *to = target->descriptor;
  copyFrom(0, source->rank, elementSize, from,
           from->aligned + from->offset * elementSize, to,
           to->aligned + to->offset * elementSize);
}

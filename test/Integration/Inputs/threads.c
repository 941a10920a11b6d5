// Calls compiled functions on parts of a tensor from several threads at once,
// and compares the bits with those of one call on the whole.

#include <inttypes.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kRows = 1003, kColumns = 67, kThreads = 5, kRounds = 8 };

// As MLIR's C interface passes a tensor of rank 1 and 2.
struct Vector {
  void *allocated, *aligned;
  int64_t offset, sizes[1], strides[1];
};
struct Matrix {
  void *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
};
struct RowParameters {
  struct Vector scale, zeroPoint;
};

void _mlir_ciface_choose(struct RowParameters *, struct Matrix *);
void _mlir_ciface_quantize(struct Matrix *, struct Matrix *, struct Vector *,
                           struct Vector *);
void _mlir_ciface_fake_quantize(struct Matrix *, struct Matrix *);
void _mlir_ciface_requantize(struct Matrix *, struct Matrix *, struct Vector *);
void _mlir_ciface_stochastic(struct Matrix *, struct Matrix *, int64_t);

static float values[kRows][kColumns];
static int32_t sums[kRows][kColumns];
static float columnScales[kColumns];
static int8_t columnZeroPoints[kColumns];

// What a run over all rows gives.
struct Results {
  float scale[kRows], fake[kRows][kColumns];
  int8_t zeroPoint[kRows], quantized[kRows][kColumns],
      stochastic[kRows][kColumns], requantized[kRows][kColumns];
};
static struct Results whole, parts;

// What follows the last member belongs to nobody.
static const size_t kBytes =
    offsetof(struct Results, requantized) + kRows * kColumns;

static struct Matrix rowsOf(void *data, size_t elementSize, int64_t first,
                            int64_t count) {
  char *start = (char *)data + first * kColumns * elementSize;
  return (struct Matrix){data, start, 0, {count, kColumns}, {kColumns, 1}};
}

static struct Vector vectorOf(void *data) {
  return (struct Vector){data, data, 0, {kColumns}, {1}};
}

static void take(void *to, const void *aligned, int64_t offset, void *allocated,
                 size_t elementSize, int64_t count) {
  memcpy(to, (const char *)aligned + offset * elementSize, count * elementSize);
  free(allocated);
}

static void run(struct Results *results, int64_t first, int64_t count) {
  struct Vector scales = vectorOf(columnScales);
  struct Vector zeroPoints = vectorOf(columnZeroPoints);
  struct Matrix x = rowsOf(values, sizeof(float), first, count);
  struct Matrix a = rowsOf(sums, sizeof(int32_t), first, count);
  struct RowParameters chosen;
  struct Matrix made;

  _mlir_ciface_choose(&chosen, &x);
  take(results->scale + first, chosen.scale.aligned, chosen.scale.offset,
       chosen.scale.allocated, sizeof(float), count);
  take(results->zeroPoint + first, chosen.zeroPoint.aligned,
       chosen.zeroPoint.offset, chosen.zeroPoint.allocated, 1, count);
  _mlir_ciface_quantize(&made, &x, &scales, &zeroPoints);
  take(results->quantized[first], made.aligned, made.offset, made.allocated, 1,
       count * kColumns);
  _mlir_ciface_fake_quantize(&made, &x);
  take(results->fake[first], made.aligned, made.offset, made.allocated,
       sizeof(float), count * kColumns);
  _mlir_ciface_stochastic(&made, &x, first);
  take(results->stochastic[first], made.aligned, made.offset, made.allocated, 1,
       count * kColumns);
  _mlir_ciface_requantize(&made, &a, &scales);
  take(results->requantized[first], made.aligned, made.offset, made.allocated,
       1, count * kColumns);
}

static pthread_barrier_t start;

struct Part {
  int64_t first, count;
};

static void *runPart(void *argument) {
  struct Part *part = argument;
  pthread_barrier_wait(&start);
  run(&parts, part->first, part->count);
  return NULL;
}

static uint32_t state = 1;

// xorshift32.
static uint32_t draw(void) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

static void fill(void) {
  for (int row = 0; row < kRows; ++row)
    for (int column = 0; column < kColumns; ++column) {
      // Any pattern, NaN and infinities too, beside numbers in range.
      uint32_t bits = draw();
      values[row][column] = (int32_t)draw() * 0x1p-29f;
      if (bits % 4 == 0)
        memcpy(&values[row][column], &bits, sizeof bits);
      sums[row][column] = (int32_t)draw() >> draw() % 32;
    }
  for (int column = 0; column < kColumns; ++column) {
    columnScales[column] = (column + 1) * 0x1.8p-11f;
    columnZeroPoints[column] = (int8_t)draw();
  }
}

int main(void) {
  fill();
  run(&whole, 0, kRows);
  int64_t different = 0;
  for (int round = 0; round < kRounds; ++round) {
    memset(&parts, 0x5a, sizeof parts);
    pthread_t threads[kThreads];
    struct Part part[kThreads];
    pthread_barrier_init(&start, NULL, kThreads);
    for (int64_t i = 0, first = 0; i < kThreads; ++i) {
      int64_t left = kRows - first, most = left / (kThreads - i) * 2 - 1;
      int64_t count = i + 1 == kThreads ? left : 1 + draw() % most;
      part[i] = (struct Part){first, count};
      first += count;
      if (pthread_create(&threads[i], NULL, runPart, &part[i]))
        abort();
    }
    for (int i = 0; i < kThreads; ++i)
      pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    const char *one = (const char *)&whole, *other = (const char *)&parts;
    for (size_t i = 0; i < kBytes; ++i)
      different += one[i] != other[i];
  }
  printf("bytes: %zu different: %" PRId64 "\n", kBytes * kRounds, different);
  return 0;
}

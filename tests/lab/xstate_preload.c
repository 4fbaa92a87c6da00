// For LD_PRELOAD into Debian 12's linux.uml. User Mode Linux 6.1 keeps 2696 bytes of a process's
// extended CPU state (x87 to AVX-512 and the protection key). On a CPU with AMX the host keeps 11008
// and refuses to set less ("Bad address"), so every guest dies at its first instruction. Here what the
// guest knows is set together with what the process has of the rest. UML calls ptrace() from one thread.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { kRoom = 65536, kHeaderAt = 512, kFirstForeign = 10 };  // XSTATE_BV; components up to PKRU are the guest's

static char whole[kRoom];  // UML's stacks are small
static size_t whole_size;   // of the host's state, the same for every process; 0: not known yet

typedef long (*Ptrace)(enum __ptrace_request, pid_t, void*, void*);

static long set_part(Ptrace next, pid_t pid, void* kind, const struct iovec* part) {
  // Each call costs: every return to a guest's program passes here.
  if (whole_size != 0 && part->iov_len >= whole_size) return next(PTRACE_SETREGSET, pid, kind, (void*)part);
  struct iovec all = {whole, sizeof whole};
  const long read = next(PTRACE_GETREGSET, pid, kind, &all);
  if (read != 0) return read;
  whole_size = all.iov_len;
  if (part->iov_len >= all.iov_len) return next(PTRACE_SETREGSET, pid, kind, (void*)part);
  uint64_t present;
  uint64_t wished;
  memcpy(&present, whole + kHeaderAt, sizeof present);
  memcpy(whole, part->iov_base, part->iov_len);
  memcpy(&wished, whole + kHeaderAt, sizeof wished);
  const uint64_t guests = (UINT64_C(1) << kFirstForeign) - 1;
  wished = (wished & guests) | (present & ~guests);
  memcpy(whole + kHeaderAt, &wished, sizeof wished);
  return next(PTRACE_SETREGSET, pid, kind, &all);
}

long ptrace(enum __ptrace_request request, ...) {
  static Ptrace next;
  if (!next) next = (Ptrace)dlsym(RTLD_NEXT, "ptrace");
  va_list words;
  va_start(words, request);
  const pid_t pid = va_arg(words, pid_t);
  void* address = va_arg(words, void*);
  void* data = va_arg(words, void*);
  va_end(words);
  const int is_part = request == PTRACE_SETREGSET && (intptr_t)address == NT_X86_XSTATE;
  return is_part ? set_part(next, pid, address, data) : next(request, pid, address, data);
}

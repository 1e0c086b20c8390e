package io.cade.proxy.vrrp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Map;

/**
 * The system calls of raw sockets, for 64-bit Linux. An instance keeps the error number of its last
 * call: it belongs to one thread.
 */
final class SystemCalls {
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int EPERM = 1;
  static final int EADDRNOTAVAIL = 99;

  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final Map<Integer, String> TEXTS =
      Map.of(
          EPERM,
          "not permitted",
          13,
          "not permitted",
          19,
          "no such interface",
          EADDRNOTAVAIL,
          "no such address",
          100,
          "the interface is down",
          101,
          "the network is unreachable",
          105,
          "no buffer space");

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option KEEP_ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      handle(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      handle("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SENDTO =
      handle(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final MemorySegment state;

  /**
   * @param arena in whose life calls are made
   */
  SystemCalls(Arena arena) {
    state = arena.allocate(STATE);
  }

  /** A system call failed. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    Failed(String call, int errno) {
      super(call + ": " + TEXTS.getOrDefault(errno, "error " + errno));
      this.errno = errno;
    }

    /** As in errno(3). */
    int errno() {
      return errno;
    }
  }

  // Restricted means: the types above must be right. Launchers pass --enable-native-access.
  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, FunctionDescriptor type) {
    MemorySegment function =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("this system has no call " + name));
    return LINKER.downcallHandle(function, type, KEEP_ERRNO);
  }

  int socket(int family, int type, int protocol) throws Failed {
    try {
      return checked("socket", (int) SOCKET.invokeExact(state, family, type, protocol));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void setOption(int fd, int level, int option, MemorySegment value) throws Failed {
    try {
      int length = (int) value.byteSize();
      int ignored =
          checked(
              "setsockopt", (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Whether something can be read. */
  boolean awaitReadable(int fd, MemorySegment pollfd, int timeoutMillis) throws Failed {
    pollfd.set(JAVA_INT, 0, fd);
    pollfd.set(JAVA_INT, 4, 1); // POLLIN, and no event yet
    try {
      int count = (int) POLL.invokeExact(state, pollfd, 1L, timeoutMillis);
      return (count >= 0 || errno() != EINTR) && checked("poll", count) > 0;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Bytes received; 0 when there was nothing. */
  int receive(int fd, MemorySegment buffer, int flags) throws Failed {
    try {
      long count = (long) RECV.invokeExact(state, fd, buffer, buffer.byteSize(), flags);
      if (count < 0 && (errno() == EINTR || errno() == EAGAIN)) {
        return 0;
      }
      return checked("recv", (int) count);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void send(int fd, MemorySegment bytes, MemorySegment to) throws Failed {
    try {
      int length = (int) to.byteSize();
      long sent = (long) SENDTO.invokeExact(state, fd, bytes, bytes.byteSize(), 0, to, length);
      int ignored = checked("sendto", (int) sent);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A descriptor that cannot be closed is gone all the same (close(2)). */
  void close(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(state, fd);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private int errno() {
    return (int) ERRNO.get(state, 0L);
  }

  private int checked(String call, int result) throws Failed {
    if (result < 0) {
      throw new Failed(call, errno());
    }
    return result;
  }

  /** Method handles declare every Throwable; only ours may come. */
  private static Failed failed(Throwable e) {
    return switch (e) {
      case Failed f -> f;
      case RuntimeException r -> throw r;
      case Error r -> throw r;
      default -> throw new IllegalStateException(e);
    };
  }
}

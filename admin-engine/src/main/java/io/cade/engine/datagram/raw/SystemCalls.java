package io.cade.engine.datagram.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls of packet sockets, for 64-bit Linux. An instance keeps the error number of its
 * last call: it belongs to one thread, or to one lock.
 */
final class SystemCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option KEEP_ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND =
      handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      handle(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      handle(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECVMMSG =
      handle(
          "recvmmsg",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SEND =
      handle("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      handle("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle WRITE =
      handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final MemorySegment state;

  /**
   * @param arena in whose life calls are made
   */
  SystemCalls(Arena arena) {
    state = arena.allocate(STATE);
  }

  // Restricted means: the types below must be right. Launchers pass --enable-native-access.
  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, FunctionDescriptor type) {
    MemorySegment function =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("this system has no call " + name));
    return LINKER.downcallHandle(function, type, KEEP_ERRNO);
  }

  int socket(int family, int type, int protocol) throws SystemError {
    try {
      return checked("socket", (int) SOCKET.invokeExact(state, family, type, protocol));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void bind(int fd, MemorySegment address) throws SystemError {
    try {
      int length = (int) address.byteSize();
      checked("bind", (int) BIND.invokeExact(state, fd, address, length));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void setOption(int fd, int level, int option, MemorySegment value) throws SystemError {
    try {
      int length = (int) value.byteSize();
      checked("setsockopt", (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void getOption(int fd, int level, int option, MemorySegment value, MemorySegment length)
      throws SystemError {
    try {
      checked("getsockopt", (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Number of descriptors that are ready; 0 also when a signal came. */
  int poll(MemorySegment descriptors, int count, int timeoutMillis) throws SystemError {
    try {
      return interruptible(
          "poll", (int) POLL.invokeExact(state, descriptors, (long) count, timeoutMillis));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Number of messages received; 0 when none wait. */
  int receiveMany(int fd, MemorySegment messages, int count, int flags) throws SystemError {
    try {
      return interruptible(
          "recvmmsg",
          (int) RECVMMSG.invokeExact(state, fd, messages, count, flags, MemorySegment.NULL));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void send(int fd, MemorySegment bytes, long length, int flags) throws SystemError {
    try {
      checked("send", (long) SEND.invokeExact(state, fd, bytes, length, flags));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int eventfd(int flags) throws SystemError {
    try {
      return checked("eventfd", (int) EVENTFD.invokeExact(state, 0, flags));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void write(int fd, MemorySegment bytes) throws SystemError {
    try {
      checked("write", (long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()));
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

  private int checked(String call, int result) throws SystemError {
    if (result < 0) {
      throw new SystemError(call, errno());
    }
    return result;
  }

  private void checked(String call, long result) throws SystemError {
    if (result < 0) {
      throw new SystemError(call, errno());
    }
  }

  private int interruptible(String call, int result) throws SystemError {
    if (result < 0 && (errno() == SystemError.EINTR || errno() == SystemError.EAGAIN)) {
      return 0;
    }
    return checked(call, result);
  }

  /** Method handles declare every Throwable; only ours may come. */
  private static SystemError failed(Throwable e) {
    return switch (e) {
      case SystemError s -> s;
      case RuntimeException r -> throw r;
      case Error r -> throw r;
      default -> throw new IllegalStateException(e);
    };
  }
}

package io.cade.agent.linux;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CBus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One {@code /dev/i2c-N}. A transfer is one {@code ioctl(I2C_RDWR)} (Linux' {@code
 * Documentation/i2c/dev-interface}), so that write-pointer, repeated START and read are one
 * transaction as the data sheets draw them, also with other masters on the bus. The adapter gives a
 * bus up that does not become free within {@value #TIMEOUT_TENS_OF_MILLIS} × 10 ms. Thread-safe:
 * one lock.
 */
final class I2cDeviceFile implements I2CBus, AutoCloseable {
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final long I2C_TIMEOUT = 0x0702;
  private static final long I2C_RDWR = 0x0707;
  private static final short I2C_M_RD = 1;
  private static final int TIMEOUT_TENS_OF_MILLIS = 10;

  /** The kernel takes no longer message. */
  private static final int MAX_MESSAGE = 8192;

  // struct i2c_msg of <linux/i2c.h>.
  private static final StructLayout MESSAGE =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_SHORT.withName("addr"),
          ValueLayout.JAVA_SHORT.withName("flags"),
          ValueLayout.JAVA_SHORT.withName("len"),
          MemoryLayout.paddingLayout(2),
          ValueLayout.ADDRESS.withName("buf"));
  // struct i2c_rdwr_ioctl_data of <linux/i2c-dev.h>.
  private static final StructLayout MESSAGES =
      MemoryLayout.structLayout(
          ValueLayout.ADDRESS.withName("msgs"),
          ValueLayout.JAVA_INT.withName("nmsgs"),
          MemoryLayout.paddingLayout(4));
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final String path;
  private final ReentrantLock lock = new ReentrantLock();
  private final MethodHandle ioctl;
  private final MethodHandle close;
  private final int descriptor;

  /**
   * Opens the device file.
   *
   * @throws IOException when it is not there or may not be used
   */
  // Restricted means: the types must be right. The launcher passes --enable-native-access.
  @SuppressWarnings("restricted")
  I2cDeviceFile(int bus) throws IOException {
    path = "/dev/i2c-" + bus;
    Linker linker = Linker.nativeLinker();
    MethodHandle open =
        linker.downcallHandle(
            linker.defaultLookup().find("open").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2),
            Linker.Option.captureCallState("errno"));
    ioctl =
        linker.downcallHandle(
            linker.defaultLookup().find("ioctl").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2),
            Linker.Option.captureCallState("errno"));
    close =
        linker.downcallHandle(
            linker.defaultLookup().find("close").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      descriptor = (int) open.invokeExact(state, arena.allocateFrom(path), O_RDWR | O_CLOEXEC);
      if (descriptor < 0) {
        throw new IOException("cannot open " + path + ": " + error(state));
      }
      int result =
          (int)
              ioctl.invokeExact(
                  state, descriptor, I2C_TIMEOUT, MemorySegment.ofAddress(TIMEOUT_TENS_OF_MILLIS));
      if (result < 0) {
        close();
        throw new IOException(path + " is no I2C bus: " + error(state));
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(path, e);
    }
  }

  /** One transfer: all of {@code out}, then repeated START and {@code inLength} bytes. */
  byte[] transfer(int address, byte[] out, int inLength) throws IOException {
    if (out.length > MAX_MESSAGE || inLength > MAX_MESSAGE) {
      throw new IOException(path + ": transfer longer than " + MAX_MESSAGE + " bytes");
    }
    lock.lock();
    try (Arena arena = Arena.ofConfined()) {
      boolean writes = out.length > 0 || inLength == 0;
      int count = (writes ? 1 : 0) + (inLength > 0 ? 1 : 0);
      MemorySegment messages = arena.allocate(MESSAGE, count);
      MemorySegment in = arena.allocate(Math.max(1, inLength));
      int at = 0;
      if (writes) {
        MemorySegment data = arena.allocate(Math.max(1, out.length));
        MemorySegment.copy(out, 0, data, ValueLayout.JAVA_BYTE, 0, out.length);
        message(messages, at++, address, (short) 0, out.length, data);
      }
      if (inLength > 0) {
        message(messages, at, address, I2C_M_RD, inLength, in);
      }
      MemorySegment whole = arena.allocate(MESSAGES);
      whole.set(ValueLayout.ADDRESS, 0, messages);
      whole.set(ValueLayout.JAVA_INT, ValueLayout.ADDRESS.byteSize(), count);
      MemorySegment state = arena.allocate(STATE);
      int done = (int) ioctl.invokeExact(state, descriptor, I2C_RDWR, whole);
      if (done < 0) {
        throw new IOException(path + ": " + error(state));
      }
      byte[] read = new byte[inLength];
      MemorySegment.copy(in, ValueLayout.JAVA_BYTE, 0, read, 0, inLength);
      return read;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(path, e);
    } finally {
      lock.unlock();
    }
  }

  private static void message(
      MemorySegment messages, int index, int address, short flags, int length, MemorySegment data) {
    long at = index * MESSAGE.byteSize();
    messages.set(ValueLayout.JAVA_SHORT, at, (short) address);
    messages.set(ValueLayout.JAVA_SHORT, at + 2, flags);
    messages.set(ValueLayout.JAVA_SHORT, at + 4, (short) length);
    messages.set(ValueLayout.ADDRESS, at + 8, data);
  }

  private static String error(MemorySegment state) {
    int errno = (int) ERRNO.get(state, 0L);
    return switch (errno) {
      case 2 -> "no such device";
      case 6, 121 -> "no acknowledge";
      case 13 -> "permission denied; be root or in the group i2c";
      case 16 -> "address is used by a driver of the kernel";
      case 110 -> "timed out; is a line held low?";
      default -> "error " + errno;
    };
  }

  @Override
  public <R> R execute(I2C i2c, Callable<R> action) {
    lock.lock();
    try {
      return action.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new Pi4JException(path + ": action on the locked bus failed", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    try {
      int _ = (int) close.invokeExact(descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException(path, e);
    }
  }

  @Override
  public String toString() {
    return path;
  }
}

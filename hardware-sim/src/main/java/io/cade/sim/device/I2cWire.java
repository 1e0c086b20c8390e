package io.cade.sim.device;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One I2C bus: chips by address, faults by address, and ONE lock, the arbitration of the real bus.
 * Thread-safe. Any number of masters; a transfer from START to STOP is never interleaved with
 * another. At most 112 chips, the 7-bit addresses that are not reserved.
 */
public final class I2cWire {

  /** Longest transfer in bytes, each way; beyond it a master is in a loop. */
  public static final int MAX_TRANSFER = 4096;

  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final Map<Integer, I2cDevice> devices = new HashMap<>();
  private final Map<Integer, Fault> faults = new HashMap<>();
  private final Map<Integer, Random> garbage = new HashMap<>();
  private final Pause pause;
  private boolean powered = true;
  private boolean heldLow;
  private long transfers;

  /** Lets time pass while a chip stretches the clock or a master waits for a free bus. */
  @FunctionalInterface
  public interface Pause {
    void forNanos(long nanos);
  }

  /** After so long Linux' adapters give up a bus that does not become free. */
  private static final long MASTER_TIMEOUT_NANOS = 1_000_000_000L;

  /** An empty bus; the name appears in the messages of failed transfers. */
  public I2cWire(String name) {
    this(name, LockSupport::parkNanos);
  }

  /** The same with another way of letting time pass. */
  public I2cWire(String name, Pause pause) {
    this.name = name;
    this.pause = pause;
  }

  /**
   * Some chip holds SDA low: no transfer can begin, whatever the address; each fails after the
   * master's time-out of a second.
   */
  public void setHeldLow(boolean held) {
    locked(() -> heldLow = held);
  }

  /** How many transfers were tried since the bus was laid. */
  public long transfers() {
    return locked(() -> transfers);
  }

  /**
   * Puts a chip on the bus.
   *
   * @throws IllegalArgumentException if the address is taken or reserved
   */
  public I2cWire attach(int address, I2cDevice device) {
    if (address < 0x08 || address > 0x77) {
      throw new IllegalArgumentException(name + ": address out of 0x08..0x77: " + hex(address));
    }
    locked(() -> {
      if (devices.putIfAbsent(address, device) != null) {
        throw new IllegalArgumentException(name + ": two chips at " + hex(address));
      }
    });
    return this;
  }

  /**
   * Breaks the chip at this address, or with null repairs it. Its registers keep their contents.
   */
  public void setFault(int address, @Nullable Fault fault) {
    locked(() -> {
      if (fault == null) {
        faults.remove(address);
        garbage.remove(address);
      } else {
        faults.put(address, fault);
      }
    });
  }

  /**
   * Without power no chip acknowledges: the board is pulled, or its chassis is dark. When power
   * returns, registers have their power-on values.
   */
  public void setPowered(boolean powered) {
    locked(() -> {
      if (powered && !this.powered) {
        devices.values().forEach(I2cDevice::powerOn);
      }
      this.powered = powered;
    });
  }

  /**
   * One transfer: START, all of {@code out}, then, if bytes are wanted, repeated START (or the
   * first) and {@code inLength} bytes, STOP.
   *
   * @return the bytes read
   * @throws NackException if the address or a byte was not acknowledged; what was sent before has
   *     had its effect
   */
  public byte[] transfer(int address, byte[] out, int inLength) throws NackException {
    if (out.length > MAX_TRANSFER || inLength < 0 || inLength > MAX_TRANSFER) {
      throw new IllegalArgumentException(
          name
              + ": transfer of "
              + out.length
              + " + "
              + inLength
              + " bytes, limit "
              + MAX_TRANSFER);
    }
    lock.lock();
    try {
      transfers++;
      if (heldLow) {
        pause.forNanos(MASTER_TIMEOUT_NANOS);
        throw new NackException(name + ": bus is held low; the transfer timed out");
      }
      I2cDevice device = devices.get(address);
      Fault fault = powered ? faults.get(address) : new Fault.Nack();
      if (device == null || fault instanceof Fault.Nack) {
        throw new NackException(name + ": no acknowledge from " + hex(address));
      }
      if (fault instanceof Fault.Stuck(int value)) {
        byte[] in = new byte[inLength];
        Arrays.fill(in, (byte) value);
        return in;
      }
      switch (fault) {
        case Fault.Garbage(long seed) -> {
          byte[] in = new byte[inLength];
          garbage.computeIfAbsent(address, _ -> new Random(seed)).nextBytes(in);
          return in;
        }
        case Fault.Slow(Duration stretch) -> pause.forNanos(stretch.toNanos());
        case Fault.Flaky(int every) -> {
          if (transfers % every == 0) {
            throw new NackException(name + ": no acknowledge from " + hex(address));
          }
        }
        case null, default -> {
          // Works.
        }
      }
      try {
        return transfer(device, address, out, inLength);
      } finally {
        device.stop();
      }
    } finally {
      lock.unlock();
    }
  }

  private byte[] transfer(I2cDevice device, int address, byte[] out, int inLength)
      throws NackException {
    // An empty write is the "is anyone there" probe; an empty write before a read is left out, as
    // masters do.
    if (out.length > 0 || inLength == 0) {
      require(device.start(I2cDevice.Direction.WRITE), address, "its address");
      for (int i = 0; i < out.length; i++) {
        require(device.write(out[i] & 0xff), address, "byte " + i);
      }
    }
    byte[] in = new byte[inLength];
    if (inLength > 0) {
      require(device.start(I2cDevice.Direction.READ), address, "its address for reading");
      for (int i = 0; i < inLength; i++) {
        in[i] = (byte) device.read();
      }
    }
    return in;
  }

  /**
   * Runs with the bus held: how the physical side of the models on this wire is reached. May be
   * nested.
   */
  public void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  /** Runs with the bus held and returns the result; may be nested. */
  public <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return name;
  }

  private void require(boolean acknowledged, int address, String what) throws NackException {
    if (!acknowledged) {
      throw new NackException(name + ": " + hex(address) + " did not acknowledge " + what);
    }
  }

  private static String hex(int address) {
    return String.format(Locale.ROOT, "0x%02x", address);
  }
}

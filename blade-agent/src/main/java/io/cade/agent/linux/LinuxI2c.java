package io.cade.agent.linux;

import com.pi4j.io.exception.IOException;
import com.pi4j.io.i2c.I2CBase;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProvider;
import java.util.Arrays;
import java.util.Objects;

/** One chip of a real bus as a Pi4J device. Thread-safe through the bus' lock. */
final class LinuxI2c extends I2CBase<I2cDeviceFile> {
  private static final byte[] NOTHING = {};

  LinuxI2c(I2CProvider provider, I2CConfig config, I2cDeviceFile bus) {
    super(provider, config, bus);
  }

  @Override
  public int read() {
    return transfer(NOTHING, 1)[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    return readInto(NOTHING, buffer, offset, length);
  }

  @Override
  public int write(byte b) {
    transfer(new byte[] {b}, 0);
    return 1;
  }

  @Override
  public int write(byte[] data, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, data.length);
    transfer(Arrays.copyOfRange(data, offset, offset + length), 0);
    return length;
  }

  @Override
  public int readRegister(int register) {
    return transfer(new byte[] {(byte) register}, 1)[0] & 0xff;
  }

  @Override
  public int readRegister(int register, byte[] buffer, int offset, int length) {
    return readInto(new byte[] {(byte) register}, buffer, offset, length);
  }

  @Override
  public int readRegister(byte[] register, byte[] buffer, int offset, int length) {
    return readInto(register, buffer, offset, length);
  }

  @Override
  public int writeRegister(int register, byte b) {
    transfer(new byte[] {(byte) register, b}, 0);
    return 1;
  }

  @Override
  public int writeRegister(int register, byte[] data, int offset, int length) {
    return writeRegister(new byte[] {(byte) register}, data, offset, length);
  }

  @Override
  public int writeRegister(byte[] register, byte[] data, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, data.length);
    byte[] message = Arrays.copyOf(register, register.length + length);
    System.arraycopy(data, offset, message, register.length, length);
    transfer(message, 0);
    return length;
  }

  private int readInto(byte[] out, byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    System.arraycopy(transfer(out, length), 0, buffer, offset, length);
    return length;
  }

  private byte[] transfer(byte[] out, int inLength) {
    try {
      return i2CBus.transfer(config.device(), out, inLength);
    } catch (java.io.IOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}

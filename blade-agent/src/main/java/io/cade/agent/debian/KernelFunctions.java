package io.cade.agent.debian;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Parameters of the kernel as files of {@code /proc/sys}, named as in sysctl.conf(5). */
final class KernelFunctions implements ItemFunctions<KernelItem> {
  private static final int MAX_VALUE = 256;

  private final Path sys;

  /**
   * @param sys {@code /proc/sys}
   */
  KernelFunctions(Path sys) {
    this.sys = sys;
  }

  /** Dots part names; a slash stands for a dot within one, as of an interface {@code eth0.5}. */
  private Path file(String name) {
    return sys.resolve(name.replace('.', '\0').replace('/', '.').replace('\0', '/'));
  }

  @Override
  public DeviceItem look(String name) throws IOException {
    Path file = file(name);
    if (!Files.isRegularFile(file)) {
      return new AbsentItem("kernel:" + name);
    }
    try (var in = Files.newInputStream(file)) {
      String value = new String(in.readNBytes(4 * MAX_VALUE), StandardCharsets.UTF_8).strip();
      if (value.length() > MAX_VALUE) {
        throw new IOException("its value has more than " + MAX_VALUE + " characters");
      }
      return new KernelItem(name, value.replaceAll("\\s+", " "));
    }
  }

  @Override
  public void change(KernelItem wanted) throws IOException {
    try {
      Files.writeString(
          file(wanted.name()),
          wanted.value() + "\n",
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    } catch (NoSuchFileException e) {
      throw new IOException("this kernel has no parameter " + wanted.name(), e);
    } catch (IOException e) {
      throw new IOException(
          "the kernel refuses '"
              + wanted.value()
              + "' for "
              + wanted.name()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void remove(String name) throws IOException {
    if (look(name) instanceof KernelItem) {
      throw new IOException("a parameter of the kernel cannot be removed");
    }
  }
}

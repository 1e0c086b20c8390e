package io.cade.image.blade;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a builder of images has to know of an ELF file (System V ABI, gABI 4.1 chapters 4 and 5):
 * which libraries it needs, which program loads it, what a kernel module says of itself. 64-bit
 * little-endian files only; sections beyond {@value #MAX_SECTION} bytes are refused. Immutable.
 *
 * @param interpreter of an executable
 * @param needed names of libraries
 * @param moduleInfo entries {@code key=value} of a kernel module
 */
record ElfFile(Optional<String> interpreter, List<String> needed, List<String> moduleInfo) {
  private static final int MAX_SECTION = 16 << 20;
  private static final int MAX_SECTIONS = 4096;
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;
  private static final int TYPE_DYNAMIC = 6;
  private static final int DYNAMIC_ENTRY_BYTES = 16;
  private static final int TAG_NEEDED = 1;

  ElfFile {
    needed = List.copyOf(needed);
    moduleInfo = List.copyOf(moduleInfo);
  }

  private record Section(int name, int type, long offset, long size, int link) {}

  /** Whether the file begins like one. */
  static boolean is(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.size() >= HEADER_BYTES && isElf(read(channel, 0, HEADER_BYTES));
    }
  }

  /**
   * @throws IOException when the file cannot be read or is no ELF file of the supported kind
   */
  static ElfFile read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return read(channel);
    } catch (EOFException | IndexOutOfBoundsException e) {
      throw new IOException(file + " is a damaged ELF file", e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static ElfFile read(FileChannel channel) throws IOException {
    ByteBuffer header = read(channel, 0, HEADER_BYTES);
    if (!isElf(header)) {
      throw new IOException("not a 64-bit little-endian ELF file");
    }
    long table = header.getLong(40);
    int count = Short.toUnsignedInt(header.getShort(60));
    int names = Short.toUnsignedInt(header.getShort(62));
    if (Short.toUnsignedInt(header.getShort(58)) != SECTION_BYTES
        || count > MAX_SECTIONS
        || names >= count) {
      throw new IOException("ELF file with an unusual table of sections");
    }
    ByteBuffer sections = read(channel, table, count * SECTION_BYTES);
    List<Section> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int at = i * SECTION_BYTES;
      all.add(
          new Section(
              sections.getInt(at),
              sections.getInt(at + 4),
              sections.getLong(at + 24),
              sections.getLong(at + 32),
              sections.getInt(at + 40)));
    }
    ByteBuffer nameTable = content(channel, all.get(names));
    Optional<String> interpreter = Optional.empty();
    List<String> needed = new ArrayList<>();
    List<String> moduleInfo = new ArrayList<>();
    for (Section section : all) {
      String name = text(nameTable, section.name);
      if (section.type == TYPE_DYNAMIC) {
        needed(channel, section, all, needed);
      } else if (name.equals(".interp")) {
        interpreter = Optional.of(text(content(channel, section), 0));
      } else if (name.equals(".modinfo")) {
        ByteBuffer info = content(channel, section);
        for (int at = 0; at < info.limit(); ) {
          String entry = text(info, at);
          at += entry.getBytes(StandardCharsets.UTF_8).length + 1;
          if (!entry.isEmpty()) {
            moduleInfo.add(entry);
          }
        }
      }
    }
    return new ElfFile(interpreter, needed, moduleInfo);
  }

  /** The values of one key of {@link #moduleInfo}. */
  List<String> info(String key) {
    return moduleInfo.stream()
        .filter(entry -> entry.startsWith(key + "="))
        .map(entry -> entry.substring(key.length() + 1))
        .toList();
  }

  private static void needed(
      FileChannel channel, Section dynamic, List<Section> all, List<String> needed)
      throws IOException {
    if (dynamic.link < 0 || dynamic.link >= all.size()) {
      throw new IOException("ELF file whose dynamic section names no strings");
    }
    ByteBuffer entries = content(channel, dynamic);
    ByteBuffer strings = content(channel, all.get(dynamic.link));
    for (int at = 0; at + DYNAMIC_ENTRY_BYTES <= entries.limit(); at += DYNAMIC_ENTRY_BYTES) {
      if (entries.getLong(at) == TAG_NEEDED) {
        needed.add(text(strings, Math.toIntExact(entries.getLong(at + 8))));
      }
    }
  }

  private static boolean isElf(ByteBuffer header) {
    return header.getInt(0) == 0x464c457f && header.get(4) == 2 && header.get(5) == 1;
  }

  private static ByteBuffer content(FileChannel channel, Section section) throws IOException {
    if (section.size < 0 || section.size > MAX_SECTION) {
      throw new IOException("ELF file with a section of " + section.size + " bytes");
    }
    return read(channel, section.offset, (int) section.size);
  }

  private static ByteBuffer read(FileChannel channel, long offset, int bytes) throws IOException {
    if (offset < 0 || offset + bytes > channel.size()) {
      throw new EOFException("ends too early");
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("ends too early");
      }
    }
    return buffer.flip();
  }

  private static String text(ByteBuffer buffer, int at) {
    int end = at;
    while (end < buffer.limit() && buffer.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - at];
    buffer.get(at, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

package io.cade.image;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the directory of an archive as {@link PackageBuilder} writes it and of no other (APPNOTE
 * 4.3): stored entries only, without extra fields, comments, links or gaps, so that every byte of
 * the file is accounted for and there is one way to read it. The JDK's readers are not used because
 * they accept archives that say one thing in front of an entry and another in the directory.
 */
final class StoredArchive {
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int UTF8_FLAG = 0x800;

  /** Version 1.0 of the format is enough for stored files; 1 February 1980 is every file's date. */
  private static final int VERSION = 10;

  private static final int DATE_AND_TIME = 0x0041_0000;
  private static final int MAX_NAME_BYTES = 1024;
  private static final int MAX_ENTRIES = PackageLimits.MAX_FILES + 2;

  private StoredArchive() {}

  /**
   * @param offset of the first byte of content
   */
  record Entry(String name, long offset, long size) {}

  private record Central(String name, long localOffset, long size, int flags, int crc) {}

  static List<Entry> entries(RandomAccessFile file) throws IOException, RejectedPackage {
    long length = file.length();
    if (length < END_BYTES) {
      throw new RejectedPackage("not a package: " + length + " bytes are too few");
    }
    ByteBuffer end = read(file, length - END_BYTES, END_BYTES);
    if (end.getInt(0) != END_SIGNATURE || end.getShort(20) != 0) {
      throw new RejectedPackage("not a package: the archive's directory does not end the file");
    }
    int count = Short.toUnsignedInt(end.getShort(10));
    if (count != Short.toUnsignedInt(end.getShort(8)) || end.getInt(4) != 0) {
      throw new RejectedPackage("not a package: the archive is in several parts");
    }
    if (count > MAX_ENTRIES) {
      throw new RejectedPackage(
          count + " entries, " + PackageLimits.MAX_FILES + " files are allowed");
    }
    long directorySize = Integer.toUnsignedLong(end.getInt(12));
    long directoryOffset = Integer.toUnsignedLong(end.getInt(16));
    if (directoryOffset + directorySize != length - END_BYTES
        || directorySize > (long) count * (CENTRAL_BYTES + MAX_NAME_BYTES)) {
      throw new RejectedPackage("not a package: the archive's directory has a wrong size");
    }
    List<Central> central = central(read(file, directoryOffset, (int) directorySize), count);
    return local(file, central, directoryOffset);
  }

  private static List<Central> central(ByteBuffer directory, int count) throws RejectedPackage {
    List<Central> found = new ArrayList<>(count);
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (directory.limit() - at < CENTRAL_BYTES || directory.getInt(at) != CENTRAL_SIGNATURE) {
        throw new RejectedPackage("not a package: entry " + i + " of the directory is malformed");
      }
      int nameBytes = Short.toUnsignedInt(directory.getShort(at + 28));
      if (nameBytes > MAX_NAME_BYTES || directory.limit() - at - CENTRAL_BYTES < nameBytes) {
        throw new RejectedPackage("not a package: name of entry " + i + " is too long");
      }
      String name = name(directory, at + CENTRAL_BYTES, nameBytes);
      int flags = Short.toUnsignedInt(directory.getShort(at + 8));
      long size = Integer.toUnsignedLong(directory.getInt(at + 24));
      String shown = ContentPaths.quote(name);
      // The upper half of the external attributes is the Unix mode: a link, a device, a set-uid
      // bit.
      if (directory.getInt(at + 38) != 0) {
        throw new RejectedPackage("entry " + shown + " is a link or has special attributes");
      }
      if (directory.getShort(at + 10) != 0
          || directory.getInt(at + 20) != directory.getInt(at + 24)) {
        throw new RejectedPackage("entry " + shown + " is compressed; packages are stored");
      }
      if ((flags & ~UTF8_FLAG) != 0) {
        throw new RejectedPackage("entry " + shown + " is encrypted or of unknown size");
      }
      if (directory.getShort(at + 30) != 0
          || directory.getShort(at + 32) != 0
          || directory.getShort(at + 34) != 0) {
        throw new RejectedPackage("entry " + shown + " has extra fields");
      }
      if (directory.getShort(at + 4) != VERSION
          || directory.getShort(at + 6) != VERSION
          || directory.getInt(at + 12) != DATE_AND_TIME
          || directory.getShort(at + 36) != 0) {
        throw new RejectedPackage("not a package: entry " + i + " was not written by a builder");
      }
      long offset = Integer.toUnsignedLong(directory.getInt(at + 42));
      found.add(new Central(name, offset, size, flags, directory.getInt(at + 16)));
      at += CENTRAL_BYTES + nameBytes;
    }
    if (at != directory.limit()) {
      throw new RejectedPackage("not a package: bytes are left over in the directory");
    }
    return found;
  }

  private static List<Entry> local(RandomAccessFile file, List<Central> directory, long end)
      throws IOException, RejectedPackage {
    List<Entry> entries = new ArrayList<>(directory.size());
    long at = 0;
    for (Central entry : directory) {
      String shown = ContentPaths.quote(entry.name);
      if (entry.localOffset != at || end - at < LOCAL_BYTES) {
        throw new RejectedPackage("entry " + shown + " overlaps another or leaves a gap");
      }
      ByteBuffer header = read(file, at, LOCAL_BYTES);
      int nameBytes = Short.toUnsignedInt(header.getShort(26));
      long content = at + LOCAL_BYTES + nameBytes;
      if (header.getInt(0) != LOCAL_SIGNATURE
          || header.getShort(4) != VERSION
          || header.getInt(10) != DATE_AND_TIME
          || header.getShort(8) != 0
          || Short.toUnsignedInt(header.getShort(6)) != entry.flags
          || header.getInt(14) != entry.crc
          || Integer.toUnsignedLong(header.getInt(18)) != entry.size
          || Integer.toUnsignedLong(header.getInt(22)) != entry.size
          || header.getShort(28) != 0
          || nameBytes > MAX_NAME_BYTES
          || end - content < entry.size
          || !name(read(file, at + LOCAL_BYTES, nameBytes), 0, nameBytes).equals(entry.name)) {
        throw new RejectedPackage("entry " + shown + " says two things about itself");
      }
      entries.add(new Entry(entry.name, content, entry.size));
      at = content + entry.size;
    }
    if (at != end) {
      throw new RejectedPackage("not a package: bytes are left over before the directory");
    }
    return entries;
  }

  private static String name(ByteBuffer buffer, int at, int bytes) throws RejectedPackage {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(buffer.slice(at, bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RejectedPackage("not a package: a name is not UTF-8");
    }
  }

  private static ByteBuffer read(RandomAccessFile file, long at, int bytes) throws IOException {
    byte[] read = new byte[bytes];
    file.seek(at);
    file.readFully(read);
    return ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
  }
}

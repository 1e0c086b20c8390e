package io.cade.engine.pki;

import io.cade.image.DurableFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Secret PEM files: readable by their owner only from the first byte on, and never half-written.
 */
final class PemFiles {
  /** No file of ours is larger; a bigger one is somebody else's. */
  private static final int MAX_BYTES = 1 << 18;

  private static final Set<PosixFilePermission> OWNER_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private PemFiles() {}

  /** Makes the directory, closed to everybody else even when it was there before. */
  static void directory(Path dir) throws IOException {
    Files.createDirectories(dir, PosixFilePermissions.asFileAttribute(OWNER_DIRECTORY));
    Files.setPosixFilePermissions(dir, OWNER_DIRECTORY);
  }

  /** Replaces the file as a whole; durable on return. */
  static void write(Path file, List<PemObject> objects) throws IOException {
    DurableFile.replace(file, text(objects).getBytes(StandardCharsets.US_ASCII));
  }

  /** Likewise, for what belongs to PEM files and is none itself. */
  static void write(Path file, ByteBuffer bytes) throws IOException {
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    DurableFile.replace(file, content);
  }

  /** All PEM blocks of a file, in order. */
  static List<PemObject> read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is larger than " + MAX_BYTES + " bytes: not a key file");
    }
    return parse(Files.readString(file, StandardCharsets.US_ASCII));
  }

  static List<PemObject> parse(String pem) throws IOException {
    List<PemObject> objects = new ArrayList<>();
    try (PemReader reader = new PemReader(new StringReader(pem))) {
      for (PemObject o = reader.readPemObject(); o != null; o = reader.readPemObject()) {
        objects.add(o);
      }
    }
    return objects;
  }

  static String text(List<PemObject> objects) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      for (PemObject o : objects) {
        writer.writeObject(o);
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return text.toString();
  }
}

package io.cade.image.blade;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites a jar for an image: entries in order, of one time, stored. The image is compressed and
 * signed as a whole, so that compression and signatures within cost a slow card only time when it
 * starts. Stateless.
 */
final class PlainJar {
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private PlainJar() {}

  /**
   * @throws IOException when the jar cannot be read or the target not be written
   */
  static void write(Path jar, Path target) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(target);
        ZipOutputStream to = new ZipOutputStream(new BufferedOutputStream(file, 1 << 16))) {
      Map<String, ZipEntry> entries = new TreeMap<>();
      from.stream()
          .filter(e -> !e.isDirectory() && !isSignature(e.getName()))
          .forEach(e -> entries.put(e.getName(), e));
      ZipEntry manifest = entries.remove(JarFile.MANIFEST_NAME);
      if (manifest != null) {
        // Before everything else, as readers of jars expect it.
        store(to, manifest.getName(), withoutDigests(from, manifest));
      }
      for (ZipEntry entry : entries.values()) {
        try (InputStream in = from.getInputStream(entry)) {
          store(to, entry.getName(), in.readAllBytes());
        }
      }
    }
  }

  private static boolean isSignature(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
  }

  /** Only a signature's digests are taken out; what a package says of itself stays. */
  private static byte[] withoutDigests(ZipFile from, ZipEntry entry) throws IOException {
    byte[] original;
    try (InputStream in = from.getInputStream(entry)) {
      original = in.readAllBytes();
    }
    Manifest manifest = new Manifest(new java.io.ByteArrayInputStream(original));
    boolean signed = manifest.getEntries().values().stream().anyMatch(PlainJar::hasDigest);
    if (!signed) {
      return original;
    }
    StringBuilder text = new StringBuilder("Manifest-Version: 1.0\r\n");
    new TreeMap<>(texts(manifest.getMainAttributes()))
        .forEach((key, value) -> {
          // Lines have at most 72 bytes; what is longer is for tools, not for running.
          if (key.length() + value.length() <= 68 && !key.equals("Manifest-Version")) {
            text.append(key).append(": ").append(value).append("\r\n");
          }
        });
    return text.append("\r\n").toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Map<String, String> texts(Attributes attributes) {
    Map<String, String> all = new TreeMap<>();
    attributes.forEach((key, value) -> all.put(key.toString(), value.toString()));
    return all;
  }

  private static boolean hasDigest(Attributes attributes) {
    return attributes.keySet().stream().anyMatch(k -> k.toString().endsWith("-Digest"));
  }

  private static void store(ZipOutputStream to, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(TIME);
    to.putNextEntry(entry);
    to.write(content, 0, content.length);
    to.closeEntry();
  }
}

package io.cade.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cade.image.PackageManifest.FileEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes packages that the builder would not: any manifest, any entries, any bytes. */
final class ForgedPackage {
  private record Entry(String name, String content, boolean compressed) {}

  private final List<FileEntry> declared = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private byte @Nullable [] manifest;

  static String manifestJson(String files) {
    return """
    {"format":1,"name":"n","version":"1","kind":"static-site","build":1,\
    "created":"2026-01-01T00:00:00Z","files":[%s]}\
    """
        .formatted(files);
  }

  ForgedPackage manifest(String json) {
    manifest = json.getBytes(UTF_8);
    return this;
  }

  ForgedPackage declare(String path, String content) {
    return declare(path, content.length(), Digests.of(content.getBytes(UTF_8)));
  }

  ForgedPackage declare(String path, long size, String digest) {
    declared.add(new FileEntry(path, size, digest));
    return this;
  }

  ForgedPackage entry(String name, String content) {
    entries.add(new Entry(name, content, false));
    return this;
  }

  ForgedPackage compressed(String name, String content) {
    entries.add(new Entry(name, content, true));
    return this;
  }

  ForgedPackage file(String path, String content) {
    return declare(path, content).entry("content/" + path, content);
  }

  byte[] bytes(PrivateKey key) throws IOException {
    byte[] json =
        manifest != null
            ? manifest
            : new ManifestCodec()
                .encode(
                    new PackageManifest(
                        1, "n", "1", "static-site", 1, "2026-01-01T00:00:00Z", declared));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      put(zip, "manifest.json", json, false);
      put(zip, "manifest.sig", PackageSignature.sign(json, key), false);
      for (Entry entry : entries) {
        put(zip, entry.name, entry.content.getBytes(UTF_8), entry.compressed);
      }
    }
    return out.toByteArray();
  }

  Path write(Path target, PrivateKey key) throws IOException {
    return Files.write(target, bytes(key));
  }

  private static void put(ZipOutputStream zip, String name, byte[] content, boolean compressed)
      throws IOException {
    ZipEntry header = new ZipEntry(name);
    header.setTimeLocal(LocalDateTime.of(1980, 2, 1, 0, 0));
    if (!compressed) {
      CRC32 crc = new CRC32();
      crc.update(content);
      header.setMethod(ZipEntry.STORED);
      header.setSize(content.length);
      header.setCrc(crc.getValue());
    }
    zip.putNextEntry(header);
    zip.write(content);
    zip.closeEntry();
  }
}

package io.cade.sim.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A site that the demonstration provisions.
 *
 * @param name of the service, and of the folder with its pages
 */
record Site(String name, String host) {
  static final List<Site> ALL =
      List.of(new Site("shop", "www.shop.example"), new Site("news", "www.news.example"));

  private static final List<String> FILES = List.of("index.html", "about.html", "style.css");
  private static final FileTime FIXED = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

  /** Its pages, the same bytes each time. */
  byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String file : FILES) {
        String resource = name + "/" + file;
        try (InputStream in = Site.class.getResourceAsStream(resource)) {
          if (in == null) {
            throw new IOException("page " + resource + " is not in this distribution: build again");
          }
          ZipEntry entry = new ZipEntry(file);
          entry.setLastModifiedTime(FIXED);
          zip.putNextEntry(entry);
          in.transferTo(zip);
          zip.closeEntry();
        }
      }
    }
    return bytes.toByteArray();
  }
}

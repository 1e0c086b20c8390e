package io.cade.sim.demo;

import io.cade.agent.site.Users;
import io.cade.agent.wire.ServicePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A site that the demonstration provisions.
 *
 * @param name of the service, and of the folder with its pages
 * @param kind of service
 */
record Site(String name, String host, String kind) {
  static final List<Site> ALL =
      List.of(
          new Site("shop", "www.shop.example", ServicePorts.HOSTING),
          new Site("news", "www.news.example", ServicePorts.STATIC_SITE));

  /** Who may log in for files and mail, besides anybody for files. */
  static final String VISITOR = "ann";

  private static final int ITERATIONS = 20_000;
  private static final String LETTER =
      """
      From: shop@www.shop.example
      To: ann@www.shop.example
      Subject: Your order has left our house
      Date: Sat, 01 Jan 2000 00:00:00 +0000
      Message-ID: <1@www.shop.example>

      Dear Ann,

      what you have ordered is on its way.
      """;

  private static final List<String> FILES = List.of("index.html", "about.html", "style.css");
  private static final FileTime FIXED = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

  /** Whether it speaks FTP and POP3. */
  boolean hosting() {
    return kind.equals(ServicePorts.HOSTING);
  }

  /**
   * Its content.
   *
   * @param password of its user
   * @param salt random bytes, for the password's hash
   */
  byte[] zip(String password, byte[] salt) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String file : FILES) {
        String resource = name + "/" + file;
        try (InputStream in = Site.class.getResourceAsStream(resource)) {
          if (in == null) {
            throw new IOException("page " + resource + " is not in this distribution: build again");
          }
          byte[] page = in.readAllBytes();
          put(zip, hosting() ? "www/" + file : file, page);
          if (hosting()) {
            put(zip, "ftp/" + file, page);
          }
        }
      }
      if (hosting()) {
        String users = "anonymous\n" + Users.line(VISITOR, password, ITERATIONS, salt) + "\n";
        put(zip, "users", users.getBytes(StandardCharsets.UTF_8));
        put(zip, "mail/" + VISITOR + "/1.eml", LETTER.getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setLastModifiedTime(FIXED);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}

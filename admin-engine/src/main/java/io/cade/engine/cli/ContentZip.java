package io.cade.engine.cli;

import io.cade.engine.operate.ContentArchive;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs a directory so that the same files give the same bytes, whatever their times, their order
 * on disk and the time zone. Only plain files are taken: a link could carry a file from elsewhere
 * on the operator's machine to the public.
 */
final class ContentZip {
  private static final LocalDateTime FIXED = LocalDateTime.of(2000, 1, 1, 0, 0);

  private ContentZip() {}

  /**
   * Writes all files below {@code root}.
   *
   * @throws CommandFailure when it is not a directory, holds no file, too many or too large ones,
   *     or anything but files and directories
   */
  static void write(Path root, OutputStream to) throws IOException, CommandFailure {
    if (!Files.isDirectory(root)) {
      throw new CommandFailure(
          ExitCode.FAILED,
          root
              + (Files.exists(root) ? " is not a directory" : " does not exist")
              + "; --content names the directory with the files of the site");
    }
    Map<String, Path> files = files(root);
    byte[] buffer = new byte[64 << 10];
    long left = ContentArchive.MAX_UNPACKED_BYTES;
    try (ZipOutputStream zip = new ZipOutputStream(to)) {
      for (Map.Entry<String, Path> each : files.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        entry.setTimeLocal(FIXED);
        zip.putNextEntry(entry);
        try (InputStream in = Files.newInputStream(each.getValue(), LinkOption.NOFOLLOW_LINKS)) {
          int read;
          while ((read = in.read(buffer)) >= 0) {
            left -= read;
            if (left < 0) {
              throw refused(
                  root, "holds more than " + (ContentArchive.MAX_UNPACKED_BYTES >> 20) + " MiB");
            }
            zip.write(buffer, 0, read);
          }
        }
        zip.closeEntry();
      }
    }
  }

  private static Map<String, Path> files(Path root) throws IOException, CommandFailure {
    Collector collector = new Collector(root);
    Files.walkFileTree(root.toRealPath(), collector);
    if (!collector.objection.isEmpty()) {
      throw refused(root, collector.objection);
    }
    if (collector.files.isEmpty()) {
      throw refused(root, "holds no file");
    }
    return collector.files;
  }

  private static CommandFailure refused(Path root, String objection) {
    return new CommandFailure(
        ExitCode.FAILED, root + " " + objection + "; nothing was sent to the engine");
  }

  /** Stops at the first objection. */
  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path root;
    private final TreeMap<String, Path> files = new TreeMap<>();
    private String objection = "";

    Collector(Path root) throws IOException {
      this.root = root.toRealPath();
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name =
          root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
      if (attributes.isSymbolicLink()) {
        objection = "holds a link, " + name + ": put a copy in its place";
      } else if (!attributes.isRegularFile()) {
        objection = "holds " + name + ", which is no plain file: take it out";
      } else if (name.length() > ContentArchive.MAX_PATH) {
        objection = "holds a path longer than " + ContentArchive.MAX_PATH + " characters: " + name;
      } else if (files.size() == ContentArchive.MAX_FILES) {
        objection = "holds more than " + ContentArchive.MAX_FILES + " files";
      } else {
        files.put(name, file);
        return FileVisitResult.CONTINUE;
      }
      return FileVisitResult.TERMINATE;
    }
  }
}

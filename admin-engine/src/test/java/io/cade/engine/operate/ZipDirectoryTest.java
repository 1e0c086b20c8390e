package io.cade.engine.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an upload's directory may be (APPNOTE.TXT 6.3). */
class ZipDirectoryTest {
  private static final int END_BYTES = 22;

  @TempDir Path dir;

  private static byte[] zip(String comment, String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.setComment(comment);
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        out.write('x');
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private int entries(byte[] bytes) throws Exception {
    return ZipDirectory.entries(Files.write(dir.resolve("z"), bytes), 100, 100_000);
  }

  private void assertRefused(byte[] upload, Refusal.Kind kind, String why) throws IOException {
    Path from = Files.write(dir.resolve("upload"), upload);
    assertThatThrownBy(() -> ContentArchive.rewrite(from, dir.resolve("kept")))
        .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.kind()).isEqualTo(kind))
        .hasMessageContaining(why);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] end(long entries, long bytes, long offset) {
    byte[] end = new byte[END_BYTES];
    little(end)
        .putInt(0x06054b50)
        .putInt(0)
        .putShort((short) entries)
        .putShort((short) entries)
        .putInt((int) bytes)
        .putInt((int) offset);
    return end;
  }

  private static byte[] end64(long entries, long bytes, long offset, long at) {
    byte[] end = new byte[56 + 20];
    little(end)
        .putInt(0x06064b50)
        .putLong(44)
        .putShort((short) 45)
        .putShort((short) 45)
        .putInt(0)
        .putInt(0)
        .putLong(entries)
        .putLong(entries)
        .putLong(bytes)
        .putLong(offset)
        .putInt(0x07064b50)
        .putInt(0)
        .putLong(at)
        .putInt(1);
    return end;
  }

  /** An archive's files, and its directory, as ends without a comment say. */
  private static final class Parts {
    private final byte[] files;
    private final byte[] directory;

    private Parts(byte[] files, byte[] directory) {
      this.files = files;
      this.directory = directory;
    }

    static Parts of(byte[] zip) {
      int offset = little(zip).getInt(zip.length - END_BYTES + 16);
      int length = little(zip).getInt(zip.length - END_BYTES + 12);
      return new Parts(
          Arrays.copyOf(zip, offset), Arrays.copyOfRange(zip, offset, offset + length));
    }

    byte[] files() {
      return files;
    }

    byte[] directory() {
      return directory;
    }
  }

  @Test
  void whatUsualProgramsWriteIsCounted() throws Exception {
    assertThat(entries(zip("", "a", "b", "c"))).isEqualTo(3);
    assertThat(entries(zip("a comment", "a"))).isEqualTo(1);
    Parts parts = Parts.of(zip("", "a", "b"));
    byte[] wide =
        join(
            parts.files(),
            parts.directory(),
            end64(
                2,
                parts.directory().length,
                parts.files().length,
                parts.files().length + parts.directory().length),
            end(0xffff, 0xffffffffL, 0xffffffffL));
    assertThat(entries(wide)).isEqualTo(2);
    try (ZipFile same = new ZipFile(dir.resolve("z").toFile())) {
      assertThat(same.size()).as("as the JDK reads it").isEqualTo(2);
    }
  }

  /** Some 60 bytes each, and more than 200 in the heap of who keeps them all. */
  @Test
  void aDirectoryOfVeryManyEntriesIsRefusedForItsEndAlone() throws Exception {
    Parts parts = Parts.of(zip("", "index.html"));
    int many = 200_000;
    byte[] entry = parts.directory();
    byte[] directory = new byte[many * entry.length];
    for (int i = 0; i < many; i++) {
      System.arraycopy(entry, 0, directory, i * entry.length, entry.length);
    }
    byte[] wide =
        join(
            parts.files(),
            directory,
            end64(
                many,
                directory.length,
                parts.files().length,
                parts.files().length + directory.length),
            end(0xffff, 0xffffffffL, 0xffffffffL));
    assertRefused(wide, Refusal.Kind.LIMIT, "lists 200000 files and directories, limit 20000");
    // The narrow end alone says nothing of the kind.
    byte[] few = join(parts.files(), directory, end(1, directory.length, parts.files().length));
    assertRefused(few, Refusal.Kind.LIMIT, "directory of the content is larger than 8 MiB");
  }

  @Test
  void aDirectoryThatIsNotWhatItsEndSaysIsRefused() throws Exception {
    Parts parts = Parts.of(zip("", "a", "b"));
    int at = parts.files().length;
    int length = parts.directory().length;
    for (byte[] end :
        new byte[][] {
          end(1, length, at), end(3, length, at), end(2, length - 1, at), end(2, length, at - 1),
        }) {
      assertRefused(
          join(parts.files(), parts.directory(), end), Refusal.Kind.CONTENT, "not a complete ZIP");
    }
    byte[] torn = parts.directory().clone();
    torn[0] = 'x';
    assertRefused(
        join(parts.files(), torn, end(2, length, at)), Refusal.Kind.CONTENT, "is damaged");
  }

  @Test
  void anArchiveInWhichTwoReadersFindTwoDirectoriesIsRefused() throws Exception {
    byte[] one = zip("", "a", "b");
    byte[] other = zip("", "evil");
    assertRefused(join(other, one), Refusal.Kind.CONTENT, "not where its end says");
    // The second archive is the first one's comment.
    byte[] hidden = join(one, other);
    little(hidden).putShort(one.length - 2, (short) other.length);
    assertRefused(hidden, Refusal.Kind.CONTENT, "has two ends");
    // The wide end says something else than the narrow one.
    Parts parts = Parts.of(one);
    int at = parts.files().length + parts.directory().length;
    assertRefused(
        join(
            parts.files(),
            parts.directory(),
            end64(1, parts.directory().length, parts.files().length, at),
            end(2, parts.directory().length, parts.files().length)),
        Refusal.Kind.CONTENT,
        "contradict");
    assertRefused(
        join(
            parts.files(),
            parts.directory(),
            end64(2, parts.directory().length, parts.files().length, 0),
            end(0xffff, 0xffffffffL, 0xffffffffL)),
        Refusal.Kind.CONTENT,
        "ZIP64");
    assertRefused(
        join(parts.files(), parts.directory(), end(2, 0xffffffffL, 0xffffffffL)),
        Refusal.Kind.CONTENT,
        "ZIP64");
  }

  @Test
  void moreDirectoriesThanCanBeKeptInMindAreRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (int i = 0; i < 200; i++) {
        out.putNextEntry(new ZipEntry(("d" + i + "/").repeat(40) + "f"));
        out.write('x');
        out.closeEntry();
      }
    }
    assertThat(
            ContentArchive.rewrite(
                Files.write(dir.resolve("u"), bytes.toByteArray()), dir.resolve("k")))
        .hasSize(200);
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(more)) {
      for (int i = 0; i < 300; i++) {
        out.putNextEntry(new ZipEntry(("d" + i + "/").repeat(40) + "f"));
        out.write('x');
        out.closeEntry();
      }
    }
    assertRefused(more.toByteArray(), Refusal.Kind.LIMIT, "more than 10000 directories");
  }
}

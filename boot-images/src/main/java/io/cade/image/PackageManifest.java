package io.cade.image;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a package says of itself; the signature covers these bytes, and these bytes cover all
 * content by its digests.
 *
 * @param format 1
 * @param name of the content, for example {@code shop}
 * @param version for people
 * @param kind which runtime understands it, for example {@code static-site}
 * @param build ascending number of the build
 * @param created when the content was made, ISO-8601 to the second; becomes the time of the
 *     unpacked files, so that all cards of a service answer alike
 * @param files ascending by path; at most {@link PackageLimits#MAX_FILES}
 */
@JsonPropertyOrder({"format", "name", "version", "kind", "build", "created", "files"})
public record PackageManifest(
    int format,
    String name,
    String version,
    String kind,
    long build,
    String created,
    List<FileEntry> files) {
  /** The only format so far. */
  public static final int FORMAT = 1;

  public PackageManifest {
    files = List.copyOf(files);
  }

  /**
   * One file of the content.
   *
   * @param path relative, separated by slashes
   * @param size in bytes
   * @param sha256 as {@link Digests} writes it
   */
  @JsonPropertyOrder({"path", "size", "sha256"})
  public record FileEntry(String path, long size, String sha256) {}

  /** Sum of the content's sizes in bytes. */
  public long contentBytes() {
    return files.stream().mapToLong(FileEntry::size).sum();
  }

  /** {@link #created} as an instant. */
  public Instant createdAt() {
    return Instant.parse(created);
  }

  /** Why this manifest is refused, or null when it is fine. */
  @Nullable String objection() {
    if (format != FORMAT) {
      return "manifest has format " + format + ", this program reads " + FORMAT;
    }
    String text = textObjection("name", name);
    text = text != null ? text : textObjection("version", version);
    text = text != null ? text : textObjection("kind", kind);
    if (text != null) {
      return text;
    }
    if (build < 0) {
      return "manifest has the negative build number " + build;
    }
    try {
      createdAt();
    } catch (java.time.DateTimeException e) {
      return "manifest's time of creation is no instant";
    }
    return filesObjection();
  }

  private @Nullable String filesObjection() {
    if (files.size() > PackageLimits.MAX_FILES) {
      return files.size() + " files, " + PackageLimits.MAX_FILES + " are allowed";
    }
    long total = 0;
    for (FileEntry file : files) {
      String path = ContentPaths.objection(file.path());
      if (path != null) {
        return path;
      }
      if (file.size() < 0 || !Digests.isDigest(file.sha256())) {
        return "manifest entry of " + ContentPaths.quote(file.path()) + " is malformed";
      }
      // Checked before adding, so that no sum can overflow.
      if (file.size() > PackageLimits.MAX_CONTENT_BYTES - total) {
        return "content is larger than " + PackageLimits.MAX_CONTENT_BYTES + " bytes";
      }
      total += file.size();
    }
    return ContentPaths.conflict(files.stream().map(FileEntry::path).toList());
  }

  private static @Nullable String textObjection(String field, String value) {
    if (value.isEmpty() || value.length() > PackageLimits.MAX_TEXT) {
      return "manifest's " + field + " has " + value.length() + " characters, 1 to 64 are allowed";
    }
    return value.chars().anyMatch(c -> c < 0x20 || c == 0x7f)
        ? "manifest's " + field + " holds a control character"
        : null;
  }
}

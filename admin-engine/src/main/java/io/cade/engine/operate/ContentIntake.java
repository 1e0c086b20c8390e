package io.cade.engine.operate;

import io.cade.agent.wire.DataSteps;
import io.cade.engine.change.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what users upload as the content of a service: checked, rewritten, fit for its kind.
 * Blocks on the disk. Thread-safe.
 */
final class ContentIntake {
  private static final Logger log = LoggerFactory.getLogger(ContentIntake.class);

  private final ContentStore contents;
  private final ServiceKinds kinds;

  ContentIntake(ContentStore contents, ServiceKinds kinds) {
    this.contents = contents;
    this.kinds = kinds;
  }

  /** What users uploaded, by its digest. */
  ContentStore contents() {
    return contents;
  }

  ServiceKinds kinds() {
    return kinds;
  }

  /** A file for an upload. */
  Path newUpload() throws IOException {
    return contents.temporary();
  }

  /**
   * Stores an upload.
   *
   * @return digest of what was stored
   * @throws Refusal CONTENT for an archive that breaks the limits or does not fit the kind
   */
  String take(String kind, Path upload) throws Refusal, IOException {
    if (Files.size(upload) > ContentArchive.MAX_PACKED) {
      throw new Refusal(
          Refusal.Kind.CONTENT,
          "the content is larger than " + (ContentArchive.MAX_PACKED >> 20) + " MiB packed");
    }
    Path checked = contents.temporary();
    try {
      Set<String> files = ContentArchive.rewrite(upload, checked);
      if (files.stream().anyMatch(f -> f.split("/", 2)[0].equals(DataSteps.RESERVED))) {
        throw new Refusal(
            Refusal.Kind.CONTENT,
            "the content holds " + DataSteps.RESERVED + " at its top, which is not for content");
      }
      Optional<String> objection = kinds.objection(kind, files, checked);
      if (objection.isPresent()) {
        throw new Refusal(Refusal.Kind.CONTENT, objection.get());
      }
      return contents.adopt(checked).digest();
    } finally {
      Files.deleteIfExists(checked);
    }
  }

  static void discard(Path upload) {
    try {
      Files.deleteIfExists(upload);
    } catch (IOException e) {
      log.warn("cannot delete {}; the next start of the engine will", upload, e);
    }
  }
}

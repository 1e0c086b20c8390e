package io.cade.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** Manifest to bytes and back; the same manifest always gives the same bytes. */
final class ManifestCodec {
  private final JsonMapper mapper =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  ManifestCodec() {
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(4)
                .maxDocumentLength(PackageLimits.MAX_MANIFEST_BYTES)
                .build());
  }

  byte[] encode(PackageManifest manifest) {
    try {
      return mapper.writeValueAsBytes(manifest);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot encode the manifest of " + manifest.name(), e);
    }
  }

  /**
   * @throws IOException when the bytes are no manifest
   */
  PackageManifest decode(byte[] json) throws IOException {
    PackageManifest manifest = mapper.readValue(json, PackageManifest.class);
    if (manifest == null) {
      throw new IOException("manifest is null");
    }
    return manifest;
  }
}

package io.cade.image.trust;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cade.image.trust.Metadata.RoleKeys;
import io.cade.image.trust.Untrusted.Fault;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Metadata with its signatures (TUF §4.2). Nothing of {@code signed} is looked at before enough
 * signatures over its canonical form are good.
 */
final class Envelope {
  /** Size of a file of metadata, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  private static final int MAX_SIGNATURES = 64;
  private static final JsonMapper MAPPER = mapper();

  private final JsonNode signed;
  private final Map<String, String> signatures;

  private Envelope(JsonNode signed, Map<String, String> signatures) {
    this.signed = signed;
    this.signatures = signatures;
  }

  /**
   * @throws Untrusted when it is no metadata
   */
  static Envelope read(byte[] json, Role role) throws Untrusted {
    if (json.length > MAX_BYTES) {
      throw new Untrusted(
          Fault.TOO_LARGE, role.word() + " metadata is larger than " + MAX_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (IOException e) {
      throw malformed(role);
    }
    JsonNode list = root == null ? null : root.get("signatures");
    if (root == null
        || root.size() != 2
        || !root.path("signed").isObject()
        || list == null
        || !list.isArray()
        || list.size() > MAX_SIGNATURES) {
      throw malformed(role);
    }
    Map<String, String> signatures = new java.util.HashMap<>();
    for (JsonNode each : list) {
      // A key counts once, however often it signed (§4.2).
      if (signatures.put(each.path("keyid").asText(), each.path("sig").asText()) != null) {
        throw malformed(role);
      }
    }
    return new Envelope(root.path("signed"), signatures);
  }

  private static Untrusted malformed(Role role) {
    return new Untrusted(Fault.MALFORMED, role.word() + " metadata is malformed");
  }

  /**
   * @param by whose keys must have signed
   * @throws Untrusted when fewer than the threshold have
   */
  void requireSigned(Role role, Metadata.Root by, String whose) throws Untrusted {
    RoleKeys keys = by.roles().get(role.word());
    byte[] bytes;
    try {
      bytes = CanonicalJson.encode(signed);
    } catch (IllegalArgumentException e) {
      throw malformed(role);
    }
    int good = 0;
    Set<TrustKey> counted = new HashSet<>();
    if (keys != null) {
      for (String id : keys.keyids()) {
        TrustKey key = by.keys().get(id);
        String signature = signatures.get(id);
        if (key != null
            && signature != null
            && counted.add(key)
            && key.verifies(bytes, signature)) {
          good++;
        }
      }
    }
    if (keys == null || good < keys.threshold()) {
      throw new Untrusted(
          Fault.UNSIGNED,
          "%s metadata has %d good signatures by keys of %s, %d are needed"
              .formatted(role.word(), good, whose, keys == null ? 1 : keys.threshold()));
    }
  }

  /**
   * What was signed.
   *
   * @throws Untrusted when it is not what the role says
   */
  <T extends Metadata> T content(Role role, Class<T> type) throws Untrusted {
    if (!signed.path("_type").asText().equals(role.word())) {
      throw new Untrusted(
          Fault.MALFORMED, "this is no " + role.word() + " metadata, though it is signed");
    }
    T content;
    try {
      content = MAPPER.treeToValue(signed, type);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw malformed(role);
    }
    String objection = content == null ? "is empty" : content.objection();
    if (content == null || !objection.isEmpty()) {
      throw new Untrusted(Fault.MALFORMED, role.word() + " metadata " + objection);
    }
    return content;
  }

  /** Metadata with the signatures of these keys. */
  static byte[] sign(Metadata metadata, List<KeyPair> keys) {
    ObjectNode root = MAPPER.createObjectNode();
    JsonNode signed = MAPPER.valueToTree(metadata);
    byte[] bytes = CanonicalJson.encode(signed);
    ArrayNode list = root.putArray("signatures");
    for (KeyPair pair : keys) {
      list.addObject()
          .put("keyid", TrustKey.of(pair.getPublic()).id())
          .put("sig", signature(bytes, pair));
    }
    root.set("signed", signed);
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("metadata is always JSON", e);
    }
  }

  private static String signature(byte[] bytes, KeyPair pair) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(pair.getPrivate());
      signer.update(bytes);
      return HexFormat.of().formatHex(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("metadata is signed with Ed25519 keys", e);
    }
  }

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(10)
                .maxDocumentLength(MAX_BYTES)
                .build());
    return mapper;
  }
}

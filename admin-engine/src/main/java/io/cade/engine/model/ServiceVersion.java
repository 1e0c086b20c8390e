package io.cade.engine.model;

import java.time.Instant;

/**
 * One version of a service's content: who published it, when and why (SPEC R1).
 *
 * @param number 1 for the content that the service was ordered with, ascending, never used again
 * @param contentDigest uploaded content in the engine's content store
 * @param packageDigest signed package made of it, empty until it is made
 * @param by user, empty where that was not on record
 * @param why in the user's words, empty if he gave none
 */
public record ServiceVersion(
    int number,
    String contentDigest,
    String packageDigest,
    long packageBytes,
    Instant at,
    String by,
    String why) {
  ServiceVersion withPackage(String digest, long bytes) {
    return new ServiceVersion(number, contentDigest, digest, bytes, at, by, why);
  }
}

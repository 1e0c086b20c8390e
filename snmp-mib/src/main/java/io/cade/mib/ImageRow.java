package io.cade.mib;

import java.time.Instant;

/**
 * A row of cadeImageTable.
 *
 * @param number computed from the digest, from 1: the index
 * @param name of the image
 * @param version for people
 * @param build decides about newer and older
 * @param architecture of its cards
 * @param used whether cards boot it
 * @param minimumBuild that cards may be given after it
 * @param octets of all parts
 * @param parts files
 * @param digest its identity
 * @param signer on the certificate
 * @param created when it was built
 * @param imported when it was imported
 * @param importedBy who did
 */
public record ImageRow(
    int number,
    String name,
    String version,
    long build,
    String architecture,
    boolean used,
    long minimumBuild,
    long octets,
    int parts,
    String digest,
    String signer,
    Instant created,
    Instant imported,
    String importedBy) {
  public ImageRow {
    Checks.range("number", number, 1, Integer.MAX_VALUE);
  }
}

package io.cade.engine.acme;

import io.cade.agent.wire.RouteSnapshot.Challenge;
import java.net.URI;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * A certificate authority as orders see it (RFC 8555 §7.4). Every call blocks, for a limited time,
 * and may be interrupted. Thread-safe; an order is used by one thread at a time.
 */
public interface AcmeAuthority extends AutoCloseable {
  /** Where it is. */
  URI directory();

  /** Puts up an order for one certificate that is good for all these names. */
  Order open(List<String> hosts) throws AcmeFailure, InterruptedException;

  /**
   * The chain of an order that was begun before, its certificate first; empty when nothing is to be
   * had from it.
   */
  Optional<List<X509Certificate>> collect(URI order) throws AcmeFailure, InterruptedException;

  /** Hangs up; calls that run are given up. */
  @Override
  void close();

  /** An order that was put up. */
  interface Order {
    /** Where the authority keeps it. */
    URI location();

    /** What has to be answered first; empty when the authority still believes from before. */
    List<Challenge> challenges();

    /** The challenges can be answered now: has them checked and waits for the verdict. */
    void validate() throws AcmeFailure, InterruptedException;

    /** Has the certificate issued for this key; the chain, its certificate first. */
    List<X509Certificate> finish(KeyPair key) throws AcmeFailure, InterruptedException;
  }
}

package io.cade.agent.wire;

/**
 * @param packageKeyPem public key (Ed25519, X.509 SubjectPublicKeyInfo in PEM) that signs packages
 * @param commandsWaiting whether it is worth asking for commands at once
 */
public record IntroductionReply(String packageKeyPem, boolean commandsWaiting) {
  public IntroductionReply {
    Limits.text("packageKeyPem", packageKeyPem, 4096);
  }
}

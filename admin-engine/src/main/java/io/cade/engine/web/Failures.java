package io.cade.engine.web;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Finds what went wrong. */
public final class Failures {
  private Failures() {}

  /** The failure itself, without the wrapping that chained stages put around it. */
  public static Throwable cause(Throwable failure) {
    Throwable found = failure;
    while (found instanceof CompletionException || found instanceof ExecutionException) {
      Throwable inner = found.getCause();
      if (inner == null) {
        return found;
      }
      found = inner;
    }
    return found;
  }

  /** Whether what lies behind it is a disk, or a quota on it, without room. */
  public static boolean isDiskFull(Throwable failure) {
    Throwable found = failure;
    // The chain is short; the limit is for one that bites its tail.
    for (int i = 0; found != null && i < 20; i++) {
      String words = String.valueOf(found.getMessage());
      if (words.contains("No space left on device") || words.contains("Disk quota exceeded")) {
        return true;
      }
      found = found.getCause();
    }
    return false;
  }
}

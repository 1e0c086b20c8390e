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
}

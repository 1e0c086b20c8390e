package io.cade.agent.run;

import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.wire.Command;
import java.io.IOException;

/**
 * The image store of a card (SPEC B5): the slots from which it boots, and its restart. Called by
 * one task at a time; commands may be repeated.
 */
public interface CardImages {
  /** Where an image is fetched. */
  @FunctionalInterface
  interface Channel {
    EngineChannel open() throws IOException, InterruptedException;
  }

  /**
   * What was done.
   *
   * @param detail for people; its first word is "restarts" when the card does
   * @param restart whether {@link #restart} is to follow once the result is durable
   */
  record Done(String detail, boolean restart) {}

  /**
   * Carries a command out.
   *
   * @throws IOException when it cannot be done; the message is for an operator, and the store is as
   *     it was
   */
  Done carryOut(Command.OfImage command, Channel channel) throws IOException, InterruptedException;

  /** Restarts the card; may return before it does. */
  void restart();

  /** A card that boots from the network and keeps nothing. */
  static CardImages none() {
    return new CardImages() {
      @Override
      public Done carryOut(Command.OfImage command, Channel channel) throws IOException {
        throw new IOException(
            "this card boots from the network and has no image store; which image it boots is its"
                + " engine's affair (image list)");
      }

      @Override
      public void restart() {
        // Never asked to: no command succeeds.
      }
    };
  }
}

@NullMarked
package io.cade.agent.hw;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.cade.agent.log;

import org.jspecify.annotations.NullMarked;

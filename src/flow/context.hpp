// What every use case needs from the world, passed down from main. Borrows: everything outlives it.
#pragma once

#include "base/seams.hpp"

namespace sealpost::flow {

struct Context {
  base::Clock& clock;
  base::Random& random;
  const base::Interrupt& interrupt;
};

}  // namespace sealpost::flow

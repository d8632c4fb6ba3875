@description('The identity\'s name.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('The identity\'s resource id.')
output id string = identity.id

@description('The client id with which the app requests tokens.')
output clientId string = identity.properties.clientId

@description('The id by which roles name the identity.')
output principalId string = identity.properties.principalId

@description('What the identity is called.')
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

@description('The resource that the app is given.')
output id string = identity.id

@description('What the app names itself by.')
output clientId string = identity.properties.clientId
